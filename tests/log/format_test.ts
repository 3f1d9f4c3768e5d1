import { formatRecord, logFormats } from "../../log/mod.ts";
import { mergedRecord, newRecord } from "../../log/record.ts";
import { logLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual, assertMatch, fc } from "../deps.ts";
import { forgedTexts } from "./records.ts";

const timeMs = Date.UTC(2026, 10, 29, 8, 40, 7, 123);

Deno.test("formatRecord() writes time, level, message and the fields that it does not say", () => {
  const record = newRecord(
    "warn",
    "Cannot join {peer}",
    { peer: "b:1", why: "busy", n: 3 },
    timeMs,
  );
  assertEquals(
    formatRecord(record, "text"),
    "2026-11-29T08:40:07.123Z warn  Cannot join b:1 why=busy n=3",
  );
  assertEquals(JSON.parse(formatRecord(record, "json")), {
    time: "2026-11-29T08:40:07.123Z",
    level: "warn",
    message: "Cannot join b:1",
    ...{ peer: "b:1", why: "busy", n: 3 },
  });
});

Deno.test("formatRecord() says how many events a record stands for, and in what time", () => {
  const first = newRecord("info", "Hello", {}, timeMs);
  const all = {
    ...mergedRecord(first, newRecord("info", "Hello", {}, timeMs + 59_001)),
    count: 1_234,
  };
  assertMatch(formatRecord(all, "text"), /Z info {2}Hello \(1,234 times in 60 s\)$/);
  const { count, seconds } = JSON.parse(formatRecord(all, "json"));
  assertEquals([count, seconds], [1_234, 60]);
});

Deno.test("formatRecord() quotes a value that could be taken for several", () => {
  const line = (why: string) => formatRecord(newRecord("info", "x", { why }, timeMs), "text");
  assertMatch(line("a b=c"), / why="a b=c"$/);
  assertMatch(line('"\x1b['), / why="\\"\\u001b\["$/);
  assertMatch(line(""), / why=""$/);
});

Deno.test("formatRecord() puts no field in place of what another one holds", () => {
  const fields = { peer: "{why}", why: "$& {peer}" };
  const record = newRecord("info", "{peer} {why} {other}", fields, timeMs);
  assertMatch(formatRecord(record, "text"), / \{why\} \$& \{peer\} \{other\}$/);
});

Deno.test("formatRecord() makes one printable line of bounded length, whatever texts are in it", () => {
  const template = "Peer {peer} says {reason}";
  const fields = fc.record({
    ...{ peer: forgedTexts, reason: forgedTexts, trace: forgedTexts },
    ...{ a: forgedTexts, b: forgedTexts, c: forgedTexts, d: forgedTexts },
  });
  fc.assert(fc.property(fields, fc.constantFrom(...logFormats), (fields, format) => {
    const line = formatRecord(newRecord("error", template, fields, timeMs), format);
    assertLessOrEqual(line.length, logLimits.lineCharsMax);
    assertEquals(line.match(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu), null);
    if (format === "text") return assert(line.startsWith("2026-11-29T08:40:07.123Z error Peer "));
    const { time, level } = JSON.parse(line);
    assertEquals([time, level], ["2026-11-29T08:40:07.123Z", "error"]);
  }));
});

Deno.test("newRecord() keeps the beginning of a long text, and says how long it was", () => {
  const { fields } = newRecord("info", "{text}", { text: "x".repeat(3_145_728) }, timeMs);
  assertEquals(fields.text, `${"x".repeat(logLimits.textCharsMax)}… (3,145,728 characters)`);
  const pairs = newRecord("info", "{text}", { text: `x${"\u{1f600}".repeat(1_000)}` }, timeMs);
  assertEquals(/\p{Cs}/u.test(String(pairs.fields.text)), false);
});
