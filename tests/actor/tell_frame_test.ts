import { readTell, writeTell } from "../../actor/tell_frame.ts";
import { Incoming, mismatch, MsgpackReader, MsgpackWriter, ShapeError } from "../../rpc/mod.ts";
import { assert, assertEquals, fc, msgpackDecode } from "../deps.ts";
import { binForms, concat, frameHeader, frameOf, integerForms } from "../support/rpc/wire.ts";

const counters = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
const messageBytes = [0, 1, 31, 32, 33, 255, 256, 65_535, 65_536];

/** The head of a Tell. */
const head = [0x93, 2, 0xa4, ...new TextEncoder().encode("Tell"), 0x92];

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 0xff);
}

/** What `readTell` says of the payload in the midst of other bytes. */
function read(payload: Uint8Array, before: Uint8Array, behind: Uint8Array) {
  const bytes = concat(before, payload, behind);
  const reader = new MsgpackReader(bytes, before.length, before.length + payload.length);
  const counter = readTell(reader);
  if (counter !== mismatch) return { counter, message: bytes.slice(reader.at, reader.end) };
  assertEquals([reader.at, reader.end], [before.length, before.length + payload.length]);
  return undefined;
}

/** Whether all readers of messages take the payload for one. */
function isMessage(payload: Uint8Array): boolean {
  try {
    new Incoming().read(new MsgpackReader(payload));
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

Deno.test("writeTell() writes byte for byte what @msgpack/msgpack does, into any buffer", () => {
  for (const counter of counters) {
    for (const count of messageBytes) {
      const bytes = new Uint8Array(count + 7).fill(1);
      const writer = new MsgpackWriter(counter % 50 + 1);
      writer.nil();
      writeTell(writer, counter, { bytes, start: 3, end: 3 + count });
      const expected = frameOf([2, "Tell", [counter, new Uint8Array(count).fill(1)]]);
      if (counter < 2 ** 32) assert(equalBytes(writer.written(), concat(0xc0, expected)));
      const payload = writer.written().slice(5);
      assertEquals(writer.written().slice(1, 5), frameHeader(payload.length));
      const message = read(payload, new Uint8Array(), new Uint8Array());
      assert(
        message?.counter === counter && equalBytes(message.message, bytes.slice(3, 3 + count)),
      );
    }
  }
});

Deno.test("readTell() takes every form of counter and bin, and only whole ones that end with their payload", () => {
  const message = new Uint8Array([1, 2, 3]);
  const forms = [
    [7],
    ...integerForms.map(([type, bytes]) => [type, ...bigEndian(7, bytes)]),
  ].flatMap((counter) =>
    binForms.map(([type, bytes]) => [...counter, type, ...bigEndian(message.length, bytes)])
  );
  for (const form of forms) {
    const payload = concat(head, form, message);
    assertEquals(msgpackDecode(payload), [2, "Tell", [7, message]]);
    // What comes before and behind would complete it.
    for (const [before, behind] of [[concat(), concat()], [concat(head), payload]]) {
      assertEquals(read(payload, before, behind), { counter: 7, message });
      assertEquals(read(concat(payload, 0), before, behind), undefined);
      for (let end = 0; end < payload.length; end++) {
        assertEquals(read(payload.subarray(0, end), before, payload.subarray(end)), undefined);
      }
    }
  }
});

Deno.test("readTell() takes no other message: what all others say of it holds", () => {
  const counter = fc.constantFrom(
    ...[[7], [0xcc, 200], [0xd1, 1, 0]],
    ...[[0xff], [0xc0], [0xcb, ...bigEndian(0, 8)], [0xd3, ...bigEndian(-1, 8)], [], [0xcd, 1]],
  );
  const bin = fc.constantFrom(
    ...[[0xc4, 1, 9], [0xc5, 0, 1, 9], [0xc4, 0]],
    ...[[0xa1, 97], [0xc4, 2, 9], [0xc7, 0, 0], [0xc4, 1, 9, 0xc0], [], [0xc6]],
  );
  const payload = fc.tuple(counter, bin, fc.nat(), fc.nat(255), fc.boolean())
    .map(([counter, bin, place, byte, isChanged]) => {
      const bytes = concat(head, counter, bin);
      if (isChanged) bytes[place % bytes.length] = byte;
      return bytes;
    });
  let taken = 0;
  fc.assert(
    fc.property(payload, (payload) => {
      const tell = read(payload, new Uint8Array(), new Uint8Array([7, 0xc4, 0]));
      if (tell === undefined) return;
      taken++;
      assert(isMessage(payload));
      const { counter, message } = tell;
      const decoded = msgpackDecode(payload, { useBigInt64: true }) as [number, string, unknown[]];
      decoded[2][0] = Number(decoded[2][0]);
      assertEquals(decoded, [2, "Tell", [counter, message]]);
      assert(Number.isSafeInteger(counter) && counter >= 0);
    }),
    { numRuns: 3_000 },
  );
  assert(taken > 100);
});

/** Faster than `assertEquals` where there are very many. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
