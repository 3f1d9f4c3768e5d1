import { formatRecord, Log, type LogLevel, type LogRecord, reasonOf } from "../../log/mod.ts";
import { logLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual, assertMatch } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

function newLog(world: SimulatedWorld, level: LogLevel = "info") {
  const records: LogRecord[] = [];
  const log = new Log({
    environment: world.environment(),
    level,
    write: (record) => records.push(record),
  });
  return { log, records };
}

testInWorld("a Log leaves out what matters less than its level", (world) => {
  for (const [level, count] of [["debug", 4], ["info", 3], ["warn", 2], ["error", 1]] as const) {
    const { log, records } = newLog(world, level);
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    assertEquals(records.length, count);
  }
  return Promise.resolve();
});

testInWorld(
  "a Log gives on so many lines a second, and says how many it left out",
  async (world) => {
    const { log, records } = newLog(world);
    const seconds = 30;
    for (let i = 0; i < seconds * 100; i++) {
      for (let n = 0; n < 10; n++) log.warn("Peer {peer} is lost", { peer: `${i} ${n}` });
      await world.advance(10);
    }
    log.close();
    assertEquals(world.pendingTimers, 0);
    const notices = records.filter(({ template }) => template.startsWith("{lines}"));
    assertLessOrEqual(notices.length, seconds);
    const printed = records.length - notices.length;
    assertLessOrEqual(printed, logLimits.burstLines + seconds * logLimits.linesPerSecond);
    const leftOut = notices.reduce((sum, { fields }) => sum + Number(fields.lines), 0);
    const counted = records.filter((record) => !notices.includes(record))
      .reduce((sum, { count }) => sum + count, 0);
    assertEquals(counted + leftOut, seconds * 1_000);
  },
);

testInWorld("a Log has room for an error in a flood of other lines", (world) => {
  const { log, records } = newLog(world);
  for (let i = 0; i < 10_000; i++) log.warn("Peer {peer} is lost", { peer: `${i}` });
  log.error("Cannot write to {directory}", { directory: "/data" });
  assertEquals(records.at(-1)!.level, "error");
  log.close();
  return Promise.resolve();
});

testInWorld("bug() is one line with a bounded trace", (world) => {
  const { log, records } = newLog(world);
  const error = new Error("oops\x1b[2J");
  error.stack = `Error: oops\x1b[2J\n    at here\n${"    at there\n".repeat(10_000)}`;
  log.bug("Actor {actor} failed", error, { actor: "a:1" });
  assertLessOrEqual(String(records[0].fields.trace).length, logLimits.traceCharsMax + 1);
  const line = formatRecord(records[0], "text");
  assertMatch(
    line,
    /error Actor a:1 failed error="oops\\u001b\[2J" trace="Error: oops.*at here\\n/,
  );
  for (const thrown of ["text", undefined, Object.create(null)]) log.bug("{n}", thrown, { n: 1 });
  log.close();
  return Promise.resolve();
});

Deno.test("a reason has no number that the system alone knows", () => {
  const full = new Error("No space left on device (os error 28): write '/data/log-1'");
  assertEquals(reasonOf(full), "No space left on device: write '/data/log-1'");
});

testInWorld("a record of another thread counts as the events that it stands for", async (world) => {
  const main = newLog(world);
  const thread = newLog(world, "debug");
  for (let i = 0; i < 100; i++) thread.log.warn("Peer {peer} is lost", { peer: "a" });
  await world.advance(1_000);
  for (const record of thread.records) main.log.take(structuredClone(record));
  await world.advance(1_000);
  assertEquals(main.records.map(({ count }) => count), [1, 99]);
  assert(main.records[1].sinceMs <= main.records[1].timeMs);
});
