import { assert, assertEquals } from "../../deps.ts";

/** What chapter 10 asks for. */
interface Answer {
  readLog(bytes: Uint8Array): Uint8Array[];
}

function record(payload: readonly number[]): number[] {
  const sum = payload.reduce((sum, byte) => sum + byte, 0);
  const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  return [...u32(payload.length), ...u32(sum), ...payload];
}

/** @throws {Error} that says what is wrong with an answer. */
export function checkTornLog({ readLog }: Answer): void {
  const payloads = [[1, 2, 3], [9], [4, 5, 6, 7, 8], [200, 100]];
  const records = payloads.map(record);
  const log = Uint8Array.from(records.flat());
  const read = (bytes: Uint8Array) => readLog(bytes).map((payload) => [...payload]);
  assertEquals(read(log), payloads, "a whole log");
  assertEquals(read(new Uint8Array()), [], "a log without records");
  for (let end = 0; end <= log.length; end++) {
    let [whole, bytes] = [0, 0];
    while (whole < records.length && bytes + records[whole].length <= end) {
      bytes += records[whole++].length;
    }
    assertEquals(read(log.slice(0, end)), payloads.slice(0, whole), `cut off after ${end} bytes`);
  }
  const lastAt = log.length - records.at(-1)!.length;
  for (let at = 0; at < log.length; at++) {
    const flipped = log.slice();
    flipped[at] ^= 0x01;
    if (at >= lastAt) {
      const found = read(flipped);
      assert(
        found.length < payloads.length,
        `byte ${at} is wrong: the last record is not what was written`,
      );
      assertEquals(
        found,
        payloads.slice(0, -1),
        `byte ${at} of the last record is wrong: it is dropped`,
      );
    } else if (isInLength(at, records)) {
      // The record may seem to reach beyond the end, which looks like a torn one; but it may not be taken.
      let found: number[][] = [];
      try {
        found = read(flipped);
      } catch {
        continue;
      }
      assert(found.length < payloads.length, `byte ${at} is wrong: not all records can be read`);
    } else {
      assert(
        isRefused(() => readLog(flipped)),
        `byte ${at}, before the end, is wrong: that is refused`,
      );
    }
  }
}

function isInLength(at: number, records: readonly number[][]): boolean {
  let start = 0;
  for (const { length } of records) {
    if (at >= start && at < start + 4) return true;
    start += length;
  }
  return false;
}

function isRefused(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}
