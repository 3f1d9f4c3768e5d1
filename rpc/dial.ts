import { dialTimeoutMs } from "../limits.ts";
import type { Timers } from "./environment.ts";
import type { ByteStream, Transport } from "./transport.ts";

/**
 * Connects to `address`. A dial cannot be called off, and whoever closes waits for it: it is given
 * up after `dialTimeoutMs`, and what comes of it later is closed.
 *
 * @throws {Error} when nobody answers there.
 */
export function dial(
  transport: Transport,
  address: string,
  timers: Pick<Timers, "after">,
): Promise<ByteStream> {
  const connected = transport.connect(address);
  return new Promise((resolve, reject) => {
    const cancel = timers.after(dialTimeoutMs, () => {
      reject(new Error(`no connection within ${dialTimeoutMs} ms`));
      connected.then((stream) => stream.close(), () => {});
    });
    connected.then(resolve, reject).finally(cancel);
  });
}
