import { assert, assertEquals } from "../../deps.ts";

/** What chapter 2 asks for. */
interface Answer {
  FrameCutter: new (bytesMax: number) => { add(bytes: Uint8Array): Uint8Array[] };
}

function frame(payload: readonly number[]): number[] {
  const { length } = payload;
  return [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, ...payload];
}

/** @throws {Error} that says what is wrong with an answer. */
export function checkFrames({ FrameCutter }: Answer): void {
  const payloads = [[1, 2, 3], [], [255], Array.from({ length: 300 }, (_, i) => i % 256), [7]];
  const stream = Uint8Array.from(payloads.flatMap(frame));
  for (const piece of [1, 2, 3, 5, 64, stream.length]) {
    const cutter = new FrameCutter(1_000);
    const cut: number[][] = [];
    for (let at = 0; at < stream.length; at += piece) {
      // The reader's buffer is used again: what was given may not change by that.
      const buffer = stream.slice(at, at + piece);
      const frames = cutter.add(buffer).map((bytes) => [...bytes]);
      buffer.fill(0);
      cut.push(...frames);
    }
    assertEquals(cut, payloads, `the stream in pieces of ${piece}`);
  }
  const [first, ...rest] = frame([1]);
  const later = new FrameCutter(10);
  assertEquals(later.add(Uint8Array.of(first)), [], "a part of a length is no frame");
  assertEquals(later.add(Uint8Array.from(rest)).length, 1, "a length may come in parts");
  for (const length of [11, 0x7fffffff, 0xffffffff]) {
    const lie = Uint8Array.of(
      length >>> 24,
      (length >>> 16) & 255,
      (length >>> 8) & 255,
      length & 255,
    );
    const isRefused = refuses(() => new FrameCutter(10).add(lie));
    assert(
      isRefused,
      `a length of ${length} is a RangeError, as soon as it is there; allowed are 10`,
    );
  }
  assertEquals(new FrameCutter(10).add(Uint8Array.from(frame(Array(10).fill(1)))).length, 1);
}

function refuses(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
