import { VersionTexts } from "../../kvclient/version_texts.ts";
import { compareVersions } from "../../kvcommon/mod.ts";
import { assertEquals, fc } from "../deps.ts";

Deno.test("VersionTexts has one text for each version, in the order of their bytes, and the bytes again", () => {
  const bytes = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  const order = fc.array(bytes, { maxLength: 10 });
  const whole = fc.array(bytes, { minLength: 10, maxLength: 10 });
  const end = fc.constantFrom([], [0], [1], [0xff], [1, 0], [0xff, 0x80]);
  const version = fc.oneof(
    order,
    fc.tuple(whole, end).map(([order, end]) => [...order, ...end]),
  ).map((all) => new Uint8Array(all));
  const property = fc.property(fc.array(version, { minLength: 2, maxLength: 8 }), (versions) => {
    const texts = new VersionTexts();
    const all = versions.map((version) => texts.of(version));
    for (const [i, a] of versions.entries()) {
      assertEquals(texts.bytesOf(all[i]), a);
      for (const [j, b] of versions.entries()) {
        assertEquals(all[i] === all[j], compareVersions(a, b) === 0);
        assertEquals(texts.isLess(all[i], all[j]), compareVersions(a, b) < 0);
      }
    }
  });
  fc.assert(property, { numRuns: 100 });
});

Deno.test("VersionTexts is charged for the ends of versions, each once", () => {
  const texts = new VersionTexts();
  const version = (end: number) => new Uint8Array(30).fill(end, 10);
  for (let i = 0; i < 1_000; i++) texts.of(version(i % 3));
  assertEquals(texts.heldBytes, 3 * (16 + 20));
});

Deno.test("VersionTexts spells out what it has no character for", () => {
  const texts = new VersionTexts();
  const version = (end: number) => {
    const bytes = new Uint8Array(14);
    new DataView(bytes.buffer).setUint32(10, end);
    return bytes;
  };
  const ends = 0x1_0000;
  for (let end = 0; end < ends; end++) texts.of(version(end));
  const { heldBytes } = texts;
  const numbers = [0, 1, ends - 2, ends - 1, ends, ends + 1];
  const all = numbers.map((end) => texts.of(version(end)));
  assertEquals(all.map((text) => texts.bytesOf(text)), numbers.map(version));
  assertEquals(new Set(all).size, numbers.length);
  for (const [i, text] of all.slice(1).entries()) {
    assertEquals([texts.isLess(all[i], text), texts.isLess(text, all[i])], [true, false]);
  }
  assertEquals(texts.of(version(ends)), texts.of(version(ends)));
  assertEquals(texts.heldBytes, heldBytes);
});
