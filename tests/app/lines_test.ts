import { readLines } from "../../app/cli/lines.ts";
import { assert, assertEquals, fc } from "../deps.ts";

const lineCharsMax = 1_000;

Deno.test("readLines() finds the same lines however the bytes are cut", async () => {
  const lines = fc.array(
    fc.string({ unit: "grapheme" }).map((line) => line.replace(/[\r\n]|^\ufeff/g, "")),
  );
  await fc.assert(fc.asyncProperty(
    lines,
    fc.constantFrom("\n", "\r\n"),
    fc.integer({ min: 1, max: 9 }),
    async (lines, lineBreak, size) => {
      const bytes = new TextEncoder().encode(lines.map((line) => line + lineBreak).join(""));
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
      };
      assertEquals(await Array.fromAsync(readLines(chunks(), lineCharsMax)), lines);
    },
  ));
});

Deno.test("readLines() gives a last line that has no end, and little of an endless one", async () => {
  const chunks = async function* () {
    yield new TextEncoder().encode("one\ntwo");
    for (let i = 0; i < 100; i++) yield new Uint8Array(1_000).fill(0x61);
  };
  const [one, two] = await Array.fromAsync(readLines(chunks(), lineCharsMax));
  assertEquals(one, "one");
  assert(two !== undefined && two.startsWith("twoa"));
  assert(two.length > lineCharsMax && two.length < 2 * lineCharsMax);
});

Deno.test("readLines() leaves out a line that is not UTF-8, and no other, however the bytes are cut", async () => {
  const line = fc.constantFrom<[number[], string | undefined]>(
    [[0x61], "a"],
    [[], ""],
    [[0xc3, 0xa9], "\u00e9"],
    [[0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    [[0xc3], undefined],
    [[0x61, 0xff, 0x61], undefined],
    [[0xf0, 0x9f, 0x98], undefined],
  );
  await fc.assert(fc.asyncProperty(
    fc.array(line),
    fc.integer({ min: 1, max: 20 }),
    async (lines, size) => {
      const bytes = Uint8Array.from(lines.flatMap(([bytes]) => [...bytes, 0x0a]));
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
      };
      const texts = lines.map(([, text], i) => i === 0 ? text?.replace("\ufeff", "") : text);
      assertEquals(await Array.fromAsync(readLines(chunks(), lineCharsMax)), texts);
    },
  ));
});

Deno.test("readLines() keeps enough of a line that is cut within a character", async () => {
  const chunks = async function* () {
    for (let i = 0; i < 100; i++) yield new TextEncoder().encode("\u{1f600}\u20ac".repeat(100));
  };
  const [line] = await Array.fromAsync(readLines(chunks(), lineCharsMax));
  assertEquals(line?.length, lineCharsMax + 2);
});
