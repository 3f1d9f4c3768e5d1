import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "./fake_console.ts";

Deno.test("bench measures Gets, Puts and tells", async () => {
  const { code, stdout } = await runCmud(["bench", "--seconds", "0.05", "--json"]);
  assertEquals(code, 0);
  const measurements = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(measurements.map(({ name, depth }) => [name, depth]), [
    ["Get", 1],
    ["Put", 1],
    ["Get", 16],
    ["Put", 16],
    ["Tell", undefined],
  ]);
  for (const { perSecond } of measurements) assert(perSecond > 0);
});

Deno.test("bench prints a table for people", async () => {
  const { stdout } = await runCmud(["bench", "--seconds", "0.02", "--connections", "2"]);
  assertStringIncludes(stdout, "per second");
  assertEquals(stdout.trimEnd().split("\n").length, 6);
});
