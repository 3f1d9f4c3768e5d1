/**
 * The worker that has the cluster, or looks at one that runs: the page stays smooth whatever is computed here.
 *
 * @module
 */

import { Client } from "../../kvclient/mod.ts";
import { pause, realEnvironment } from "../../rpc/mod.ts";
import { LiveCluster } from "../live/live_cluster.ts";
import { Laboratory } from "./laboratory.ts";
import type { CoreReply, CoreRequest, LiveReply, LiveRequest } from "./core_messages.ts";

/** What is global in a worker. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<CoreRequest | LiveRequest>) => void;
  postMessage(message: CoreReply | LiveReply): void;
};

const laboratory = new Laboratory();
/** Settles when all that was asked for is answered. */
let answered = Promise.resolve();
let live: LiveCluster | undefined;

scope.onmessage = ({ data }) => {
  if (data.type === "attach") attach(data);
  else if (data.type === "detach") live?.close();
  else answered = answered.then(async () => scope.postMessage(await laboratory.handle(data)));
};

async function attach({ url, token }: LiveRequest & { type: "attach" }): Promise<void> {
  await live?.close();
  const client = new Client(url, token === "" ? {} : { token });
  live = new LiveCluster(
    client,
    (state) => scope.postMessage({ live: state }),
    (ms) => pause(realEnvironment, ms),
  );
  await live.follow();
}
