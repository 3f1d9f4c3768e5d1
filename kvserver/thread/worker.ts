/**
 * A further thread of a server: some of its query actors, with their own scheduler and ports.
 *
 * @module
 */

import { answerRequests, joinSystem, messagePort, type WorkerScope } from "../../actor/mod.ts";
import { Log } from "../../log/mod.ts";
import { awakeEnvironment, MemoryAccount, realEnvironment } from "../../rpc/mod.ts";
import { shareConnections, shareMemory, timeEventLoop } from "../query/server_stats.ts";
import { transportOf } from "./transport_of.ts";
import { QueryThread } from "./query_thread.ts";
import type {
  WorkerAnswers,
  WorkerEvent,
  WorkerFailure,
  WorkerRequest,
} from "./worker_messages.ts";

/**
 * The machine's own edges, because no function can be posted to a Worker: a server that is given others
 * has one thread.
 */
const machine = { environment: realEnvironment };

const emit = answerRequests<WorkerRequest, WorkerEvent, WorkerFailure>(
  globalThis as unknown as WorkerScope,
  {
    handle,
    failureOf: (error) => {
      const { message, cause } = error as Error;
      return { message, causeName: (cause as Error | undefined)?.name };
    },
  },
);

/** What repeats is counted here already, so that a flood of lines does not flood the main thread. */
const log = new Log({
  environment: machine.environment,
  level: "debug",
  write: (record) => emit({ type: "log", record }),
});

let queries: QueryThread;

async function handle(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  switch (request.type) {
    case "start": {
      // Lasts as long as the Worker.
      const { bounds, config: { limits } } = request;
      const memory = new MemoryAccount(bounds.maxMemory, limits);
      const environment = awakeEnvironment(machine.environment, limits, memory);
      const thread = joinSystem(request.config, messagePort(request.port), environment, log);
      shareMemory(memory, thread);
      timeEventLoop(environment, thread);
      shareConnections(environment.connections, thread);
      queries = new QueryThread(
        thread,
        environment,
        transportOf(request.tls),
        bounds,
        log,
        (peer, error) => emit({ type: "fault", peer, message: String((error as Error).message) }),
      );
      return queries.startActors(request.settings, request.count);
    }
    case "listen":
      return await queries.listen(request.hostname, request.ports);
    case "tokens":
      return void queries.setTokens(request.tokens);
    case "tls":
      return void await queries.setTls(request.tls);
    case "close":
      await queries.close();
      log.close();
      return undefined;
  }
}
