import {
  type ByteSink,
  chunksOf,
  endForPipe,
  endOfLinePart,
  readWhenReady,
  writeBuffered,
} from "../../app/cli/standard_streams.ts";
import { assertEquals, assertRejects } from "../deps.ts";

/** A stream that takes so many bytes, then refuses once; or, as a pipe, short writes whole or not. */
class BusyStream {
  taken: number[] = [];
  #room = 0;

  constructor(readonly roomBytes: number, readonly isPipe: boolean) {}

  write(bytes: Uint8Array): number {
    const isWhole = this.isPipe && bytes.length <= 512;
    if (this.#room === 0 || isWhole && this.#room < bytes.length) {
      this.#room = this.roomBytes;
      throw new Deno.errors.WouldBlock();
    }
    const count = Math.min(bytes.length, this.#room);
    this.taken.push(...bytes.subarray(0, count));
    this.#room -= count;
    return count;
  }
}

/** As the runtime writes to stdout: by way of a buffer of 1,024 bytes, flushed with each write. */
function lineBuffered(stream: BusyStream): ByteSink {
  let buffer: number[] = [];
  const flush = () => {
    while (buffer.length > 0) buffer = buffer.slice(stream.write(new Uint8Array(buffer)));
  };
  return {
    writeSync(bytes) {
      const lines = bytes.lastIndexOf(0x0a) + 1;
      flush();
      const direct = lines > 0 ? stream.write(bytes.subarray(0, lines)) : 0;
      const room = bytes.subarray(direct, direct < lines ? lines : bytes.length).subarray(0, 1024);
      buffer.push(...room);
      flush();
      return direct + room.length;
    },
  };
}

const text = Array.from({ length: 60 }, (_, i) => `${i} `.repeat(i * i % 97) + "\n").join("") +
  "x".repeat(2_500) + "\n\n\nno line break at the end";

for (
  const [name, pieceEnd, isPipe] of [
    ["a pipe", endForPipe, true],
    ["a terminal", endOfLinePart, false],
  ] as const
) {
  Deno.test(`writeBuffered() writes each byte once to ${name} that refuses what has no room`, () => {
    for (const roomBytes of [512, 700, 1_024, 4_096]) {
      const stream = new BusyStream(roomBytes, isPipe);
      const bytes = new TextEncoder().encode(text);
      writeBuffered(lineBuffered(stream), bytes, (bytes, start) => {
        const end = pieceEnd(bytes, start);
        // The least that POSIX promises of a pipe.
        return isPipe && end - start > 512 ? endOfLinePart(bytes, start) : end;
      });
      assertEquals(new TextDecoder().decode(new Uint8Array(stream.taken)), text);
    }
  });
}

Deno.test("chunksOf() waits for what is not there yet", async () => {
  const answers: (string | null | undefined)[] = [undefined, "a", undefined, undefined, "b", null];
  const source = {
    read(into: Uint8Array) {
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new Deno.errors.WouldBlock());
      const { written } = new TextEncoder().encodeInto(answer ?? "", into);
      return Promise.resolve(answer === null ? null : written);
    },
  };
  let read = "";
  for await (const chunk of chunksOf(source)) read += new TextDecoder().decode(chunk);
  assertEquals([read, answers.length], ["ab", 0]);
});

Deno.test("readWhenReady() throws what is no reason to wait", async () => {
  const source = { read: () => Promise.reject(new Deno.errors.IsADirectory()) };
  await assertRejects(() => readWhenReady(source, new Uint8Array(1)), Deno.errors.IsADirectory);
});
