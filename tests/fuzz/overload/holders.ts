import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat, frameHeader, requestFrame } from "../../support/rpc/wire.ts";
import { sleep } from "../../support/until.ts";
import { attempt } from "../arena/attempt.ts";

const MiB = 1024 * 1024;

/** What a client sends that makes a server hold memory for it. */
const holding: readonly Uint8Array[] = [
  concat(frameHeader(8 * MiB), new Uint8Array(3 * MiB)),
  concat(...Array.from({ length: 20 }, (_, i) => requestFrame(i, "List", ["read/"]))),
];

/** Connections of each kind at once. */
const openCount = 40;

/** How long one stays, if it is not cut. */
const staysMs = 2_500;

/** Opens connections, sends half a frame or asks for much, and reads nothing, again and again until `endMs`. */
export async function holdMemory(address: string, endMs: number): Promise<void> {
  const hold = async (bytes: Uint8Array) => {
    while (performance.now() < endMs) {
      await attempt(async () => {
        using socket = await RawSocket.connect(address, Infinity);
        const sending = attempt(() => socket.send(bytes));
        await sleep(Math.min(staysMs, Math.max(0, endMs - performance.now())));
        socket[Symbol.dispose]();
        await sending;
      });
    }
  };
  await Promise.all(
    holding.flatMap((bytes) => Array.from({ length: openCount }, () => hold(bytes))),
  );
}
