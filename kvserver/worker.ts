/**
 * A further thread of a server: some of its query actors, with their own scheduler and ports.
 *
 * @module
 */

import { messagePort, takeSeat } from "../actor/mod.ts";
import { Log } from "../log/mod.ts";
import { realEnvironment, tcpTransport } from "../rpc/mod.ts";
import { QueryThread } from "./query_thread.ts";
import type { WorkerAnswers, WorkerReply, WorkerRequest } from "./worker_messages.ts";

/** What a worker sees of its own scope, whichever library of types it is checked with. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerReply): void;
}

const scope = globalThis as unknown as WorkerScope;
let queries: QueryThread;
/** What repeats is counted here already, so that a flood of lines does not flood the main thread. */
const log = new Log({
  environment: realEnvironment,
  level: "debug",
  write: (record) => scope.postMessage({ type: "log", record }),
});

let last = Promise.resolve();

/** In turn: what is to be closed must have been opened. */
scope.onmessage = ({ data }) => {
  last = last.then(() => answer(data));
};

async function answer(request: WorkerRequest): Promise<void> {
  try {
    scope.postMessage({ type: "done", result: await handle(request) });
  } catch (error) {
    const { message, cause } = error as Error;
    scope.postMessage({ type: "failed", message, causeName: (cause as Error | undefined)?.name });
  }
}

async function handle(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  switch (request.type) {
    case "start": {
      const environment = { ...realEnvironment, limits: request.seat.limits };
      const thread = takeSeat(request.seat, messagePort(request.port), environment, log);
      queries = new QueryThread(thread, environment, tcpTransport, (peer, error) => {
        scope.postMessage({ type: "fault", peer, message: String((error as Error).message) });
      });
      return queries.startActors(request.settings, request.count);
    }
    case "listen":
      return queries.listen(request.hostname, request.ports);
    case "close":
      await queries.close();
      log.close();
      return null;
    case "beat":
      return null;
  }
}
