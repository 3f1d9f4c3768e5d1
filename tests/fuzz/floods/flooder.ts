/**
 * The thread of those who flood a server.
 *
 * @module
 */

import { parseAddress } from "../../../rpc/mod.ts";

/** What is to be done, for so long. */
export interface FloodOrder {
  readonly address: string;
  readonly request: Uint8Array<ArrayBuffer>;
  readonly connections: number;
  readonly ms: number;
}

/** No part of a reply comes so late. */
const quietMs = 500;

const scope = self as unknown as {
  onmessage: ((event: { data: FloodOrder }) => void) | null;
  /** @param answered how often all connections together were answered */
  postMessage(answered: number): void;
};

scope.onmessage = async ({ data: { address, request, connections, ms } }) => {
  const replyBytes = await replyBytesOf(address, request);
  const endMs = performance.now() + ms;
  const counts = await Promise.all(Array.from({ length: connections }, async () => {
    using conn = await Deno.connect(parseAddress(address));
    conn.setNoDelay(true);
    const into = new Uint8Array(256 * 1024);
    let answered = 0;
    for (; performance.now() < endMs; answered++) {
      const writing = writeAll(conn, request);
      for (let rest = replyBytes; rest > 0;) rest -= (await conn.read(into))!;
      await writing;
    }
    return answered;
  }));
  scope.postMessage(counts.reduce((sum, count) => sum + count));
};

/** How long the reply is, which is as long each time. */
async function replyBytesOf(address: string, request: Uint8Array): Promise<number> {
  using conn = await Deno.connect(parseAddress(address));
  const writing = writeAll(conn, request);
  const into = new Uint8Array(256 * 1024);
  let bytes = 0;
  for (;;) {
    const count = await Promise.race([conn.read(into), quiet()]);
    if (count === undefined) break;
    bytes += count!;
  }
  await writing;
  return bytes;
}

function quiet(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), quietMs));
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}
