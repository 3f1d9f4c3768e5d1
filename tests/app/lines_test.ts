import { readLines } from "../../app/lines.ts";
import { assert, assertEquals, fc } from "../deps.ts";

const lineCharsMax = 1_000;

Deno.test("readLines() finds the same lines however the bytes are cut", async () => {
  const lines = fc.array(
    fc.string({ unit: "grapheme" }).map((line) => line.replace(/[\r\n]/g, "")),
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
  assert(two.startsWith("twoa") && two.length > lineCharsMax && two.length < 2 * lineCharsMax);
});
