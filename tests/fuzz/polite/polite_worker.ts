import { PoliteClient, type PoliteOptions, type PoliteReport } from "./polite_client.ts";

/** To the thread. */
export type PoliteRequest =
  | { type: "start"; clients: readonly PoliteOptions[] }
  | { type: "pause"; isPaused: boolean }
  | { type: "report" }
  | { type: "end" };

/** The thread of the polite clients: what they measure is not what the attackers' thread has to do. */
interface WorkerScope {
  onmessage: ((event: { data: PoliteRequest }) => void) | null;
  postMessage(reports: PoliteReport[]): void;
}

const scope = self as unknown as WorkerScope;
let clients: PoliteClient[] = [];

scope.onmessage = async ({ data }) => {
  if (data.type === "start") {
    clients = data.clients.map((options) => new PoliteClient(options));
    return;
  }
  if (data.type === "pause") {
    for (const client of clients) client.isPaused = data.isPaused;
    return;
  }
  if (data.type === "end") await Promise.all(clients.map((client) => client.end()));
  scope.postMessage(clients.map((client) => client.report()));
};
