import { type ByteStream, MemoryAccount, realEnvironment } from "../../rpc/mod.ts";
import { ServedConnection } from "../../rpc/served_connection.ts";
import { assertEquals, assertGreater } from "../deps.ts";
import { requestFrame } from "../support/rpc/wire.ts";

Deno.test("a connection that is closed while a piece is written writes nothing behind it, and holds nothing", async () => {
  const memory = new MemoryAccount();
  const written: number[] = [];
  let endWrite = () => {};
  let endRead = (_: null) => {};
  const request = requestFrame(1, "List", [""]);
  let isRead = false;
  const stream: ByteStream = {
    peer: "peer:1",
    read(into) {
      if (isRead) return new Promise((resolve) => endRead = resolve);
      isRead = true;
      into.set(request);
      return Promise.resolve(request.length);
    },
    write(bytes) {
      written.push(bytes.length);
      return new Promise((resolve) => endWrite = resolve);
    },
    closeWrite: () => Promise.resolve(),
    close: () => endRead(null),
  };
  // Half of each buffer is filled.
  const pieces = [60_000, 200_000, 300_000].map((length) =>
    new Uint8Array(2 * length).subarray(0, length)
  );
  const replies = new Uint8Array(10);
  const connection = new ServedConnection(stream, { ...realEnvironment, memory }, () => ({
    execute: (frames) => ({ replies, pieces, consumed: frames.length, close: false }),
  }));
  const served = connection.serve(() => {});
  while (written.length === 0) await null;
  endWrite();
  while (written.length === 1) await null;
  // What is being written, and what waits behind it.
  assertGreater(connection.heldBytes, 2 * (60_000 + 200_000 + 300_000));
  connection.close();
  endWrite();
  await served;
  assertEquals([written, memory.bytes], [[10, 60_000], 0]);
  assertEquals(pieces.map(({ length }) => length), [0, 0, 0]);
});
