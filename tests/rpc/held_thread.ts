import { type TlsSettings, TlsTransport } from "../../rpc/mod.ts";

/** To the thread: what to bind, and what is to wait there. */
export interface BindRequest {
  readonly settings: TlsSettings;
  readonly backlog: number;
  /** The thread stands still until this is no longer 0. */
  readonly goOn: Int32Array<SharedArrayBuffer>;
}

/** A thread that binds a port and then stands still: it accepts nobody, whatever the runtime would do by itself. */
interface WorkerScope {
  onmessage: ((event: { data: BindRequest }) => void) | null;
  postMessage(address: string): void;
}

const scope = self as unknown as WorkerScope;

scope.onmessage = async ({ data: { settings, backlog, goOn } }) => {
  const transport = new TlsTransport(settings);
  const listener = transport.listen("127.0.0.1", 0, backlog);
  await transport.bound();
  scope.postMessage(listener.address);
  Atomics.wait(goOn, 0, 0);
  listener.close();
  scope.postMessage("closed");
};
