import { parseDuration } from "../../app/cli/duration_option.ts";
import { sizeFrom } from "../../app/cli/size_option.ts";
import { parseTime } from "../../app/cli/time_option.ts";
import { UsageError } from "../../app/cli/usage_error.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../deps.ts";

const parseSize = sizeFrom(32 * 1024 ** 2);

const sizes: [text: string, bytes: number][] = [
  ["512MiB", 512 * 1024 ** 2],
  ["512M", 512 * 1024 ** 2],
  ["2G", 2 * 1024 ** 3],
  ["2GiB", 2 * 1024 ** 3],
  ["2gib", 2 * 1024 ** 3],
  ["1.5G", 1.5 * 1024 ** 3],
  ["1T", 1024 ** 4],
  ["32M", 32 * 1024 ** 2],
  ["40000K", 40_000 * 1024],
  ["33554432", 32 * 1024 ** 2],
];

const durations: [text: string, ms: number][] = [
  ["1ms", 1],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
];

Deno.test("sizeFrom() reads a number and a unit of powers of 1,024", () => {
  for (const [text, bytes] of sizes) assertEquals(parseSize(text), bytes, text);
  for (const text of ["", "31M", "G", "2GB", "2X", "-2G", "2 G", "1e9", "0", "99999999T", "NaN"]) {
    assertThrows(() => parseSize(text), UsageError, "from 32 MiB on");
  }
});

Deno.test("an option's value without its unit, or with one that is none, is told what is meant", () => {
  for (const text of ["5", "1.5", "30"]) {
    const { message } = assertThrows(() => parseDuration(text), UsageError) as UsageError;
    assertStringIncludes(message, `a duration with its unit, ms, s, m, h or d, as ${text}s`);
  }
  for (const [text, meant] of [["1TB", "1TiB"], ["512mb", "512MiB"], ["1.5GB", "1.5GiB"]]) {
    const { message } = assertThrows(() => parseSize(text), UsageError) as UsageError;
    assertStringIncludes(message, "KiB, MiB, GiB, TiB or K, M, G, T");
    assert(message.endsWith(`as ${meant}.`), message);
    parseSize(meant);
  }
});

Deno.test("parseDuration() reads a number and a unit of time", () => {
  for (const [text, ms] of durations) assertEquals(parseDuration(text), ms, text);
  assertEquals(parseDuration("36600d"), 36600 * 86_400_000);
  for (
    const text of [
      "",
      "0s",
      "0",
      "s",
      "-1s",
      "1 s",
      "1w",
      "0.1ms",
      "36600.1d",
      "99999999d",
      "Infinitys",
    ]
  ) {
    assertThrows(() => parseDuration(text), UsageError, "a duration from 1ms to 36600d");
  }
});

Deno.test("parseTime() reads a time of ISO 8601, by the machine's zone if it names none", async () => {
  assertEquals(parseTime("2026-11-29T15:30:00Z"), Date.UTC(2026, 10, 29, 15, 30));
  assertEquals(parseTime("2026-11-29 15:30:01.5+01:00"), Date.UTC(2026, 10, 29, 14, 30, 1, 500));
  assertEquals(parseTime("2028-02-29T00:00Z"), Date.UTC(2028, 1, 29));
  const refused = ["", "yesterday", "2026-11-29T", "2026-02-29", "2026-02-31T10:00Z", "2026-13-01"];
  for (const text of [...refused, "2026-11-29T24:30Z"]) {
    assertThrows(() => parseTime(text), UsageError, "Allowed is a time");
  }
  // Where the machine is decides, so this is another process, which is in Tokyo.
  const program = `import { parseTime } from "${
    import.meta.resolve("../../app/cli/time_option.ts")
  }";
    console.log(...["2026-11-29", "2026-11-29T15:30"].map((text) => new Date(parseTime(text)).toJSON()));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
    env: { TZ: "Asia/Tokyo" },
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    "2026-11-28T15:00:00.000Z 2026-11-29T06:30:00.000Z\n",
  );
});
