import {
  assert,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "../deps.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { memorySection } from "../../app/bench/memory.ts";
import type { Plan } from "../../app/bench/plan.ts";
import type { Redis } from "../../bench/mod.ts";
import { runCommandLine } from "../../app/mod.ts";
import { startFakeRedis } from "./fake_redis.ts";
import { deadAddress } from "./with_server.ts";

/** Runs `cmud bench --json` with tiny loads. @returns its results. */
async function bench(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await runCmud(
    ["bench", ...args, "--quick", "--seconds", "0.02", "--json"],
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What everything that was measured is, at the least. */
function assertPositive(row: Record<string, unknown>, ...figures: string[]): void {
  for (const figure of figures) assert(Number(row[figure]) > 0, `${row.name}: ${figure}`);
}

Deno.test("bench get and put measure servers with 1 and 2 query actors in turn", async () => {
  const rows = await bench("get", "put", "--actors", "1,2", "--depth", "1,16", "--rounds", "2");
  const loads = [1, 1, 16, 16].map((depth, i) => ({ depth, actors: i % 2 + 1 }));
  assertEquals(
    rows.map(({ name, depth, actors }) => ({ name, depth, actors })),
    ["get", "put"].flatMap((name) => loads.map((load) => ({ name, ...load }))),
  );
  for (const row of rows) {
    assertPositive(row, "perSecond", "p50Us", "p99Us");
    assert(Number(row.p99Us) >= Number(row.p50Us));
    assertEquals("ratios" in row, row.actors === 2);
  }
});

Deno.test("bench --redis measures a Redis in turn, compares, and removes what it put", async () => {
  const redis = startFakeRedis();
  const rows = await bench("get", "memory", "--depth", "16", "--redis", redis.address);
  await redis.close();
  assertEquals(rows.map(({ name, server }) => `${name} ${server}`), [
    "get cmud",
    "get redis",
    "memory redis",
    "memory cmud",
  ]);
  const { against, perSecond } = rows[0].ratios as {
    against: string;
    perSecond: Record<string, number>;
  };
  assertEquals(against, "redis");
  // Of one round the middle is that round's.
  const ratio = Number(rows[0].perSecond) / Number(rows[1].perSecond);
  assert(Math.abs(perSecond.median / ratio - 1) < 0.01);
  assertEquals(perSecond.min, perSecond.max);
  assertEquals([...redis.asked].sort(), ["GET", "INFO", "MEMORY", "SET", "UNLINK"]);
});

Deno.test("bench measures List, tells, Gets while Puts sync, and its start", async () => {
  const rows = await bench("list", "tells", "sync", "start");
  assertEquals(rows.map(({ name, where, command }) => `${where ?? command ?? name}`), [
    "list",
    "local",
    "both ways",
    "remote",
    "sync",
    "cmud kv get",
    "cmud --help",
  ]);
  const [list, local, bothWays, remote, sync, ...starts] = rows;
  assertPositive(list, "perSecond", "p50Us", "p99Us");
  for (const tells of [local, bothWays, remote]) assertPositive(tells, "perSecond");
  assertPositive(sync, "putsPerSecond", "idleP99Us", "p99Us");
  for (const start of starts) assertPositive(start, "p50Ms");
});

Deno.test("bench measures visibility of Puts alone, in a row and of many", async () => {
  const rows = await bench("visibility");
  const kinds = ["alone", "first of 3", "second of 3", "third of 3", "constant"];
  assertEquals(
    rows.map(({ puts, where }) => `${puts} ${where}`),
    kinds.flatMap((puts) => [`${puts} local`, `${puts} remote`]),
  );
  for (const row of rows) {
    assertPositive(row, "p50Ms", "maxMs", "maxMessageRate");
    assertLessOrEqual(Number(row.maxMessageRate), 10);
    if (row.where === "remote") assertLess(Number(row.latencyMs) - 2, Number(row.p50Ms));
  }
});

Deno.test("bench measures Puts while others watch", async () => {
  const rows = await bench("watch", "--depth", "16", "--connections", "2");
  assertEquals(rows.map(({ watches, matching }) => [watches, matching]), [
    [0, 0],
    [10_000, 0],
    [10_000, 1],
  ]);
  for (const row of rows) assertPositive(row, "perSecond", "p50Us", "p99Us");
});

Deno.test("bench measures Puts that are kept, Gets meanwhile, and a restart", async () => {
  const rows = await bench("durability", "writing", "restart", "--depth", "16");
  assertEquals(rows.map(({ name, server, durability }) => `${name} ${server ?? durability}`), [
    ...["memory", "relaxed", "strict"].map((server) => `durability ${server}`),
    ...["memory", "relaxed", "strict"].map((server) => `writing ${server}`),
    "restart undefined",
  ]);
  for (const row of rows.slice(0, 3)) assertPositive(row, "perSecond", "p50Us", "p99Us");
  for (const row of rows.slice(3, 6)) assertPositive(row, "putsPerSecond", "idleP99Us", "p99Us");
  assertPositive(rows[6], "readySeconds", "bytesPerKey");
});

Deno.test("bench removal shows that keys which are gone leave nothing behind", async () => {
  const rows = await bench("removal");
  assertEquals(rows.map(({ name, round }) => `${name} ${round}`), ["removal 1", "removal 2"]);
  for (const row of rows) {
    assertPositive(row, "mostBytes", "putsPerSecond", "removalsPerSecond");
    assert(Number(row.leftBytes) < 1_000);
    assertEquals(row.mostBytes, rows[0].mostBytes);
  }
});

Deno.test("bench prints a table for people, with no column for what is not compared", async () => {
  const { stdout } = await runCmud(
    ["bench", "get", "--seconds", "0.02", "--connections", "2", "--depth", "1"],
  );
  const [title, header, row] = stdout.trimEnd().split("\n");
  assertStringIncludes(title, "2 connections");
  assertMatch(header, /^server .*per second .*load %$/);
  assertMatch(row, /^cmud x 1 +1 +[\d,]+ /);
});

Deno.test("bench memory has a column for a Redis only where there is one", () => {
  const titles = (plan: Partial<Plan>) =>
    memorySection.columns(plan as Plan).map(([title]) => title);
  assertEquals(titles({}), ["server", "bytes per key"]);
  assertEquals(titles({ redis: {} as Redis }), ["server", "bytes per key", "against redis"]);
});

Deno.test("bench says so when there is no Redis to compare with", async () => {
  const { code, stdout, stderr } = await runCmud(["bench", "get", "--redis", deadAddress()]);
  assertEquals({ code, stdout }, { code: 69, stdout: "" });
  assertStringIncludes(stderr, "Cannot compare with the Redis at 127.0.0.1:");
});

Deno.test("bench ends at a signal, and so does the server that it started", async () => {
  const console = new FakeConsole();
  const out = console.out.bind(console);
  // The header is printed before the server is started, the first row long after.
  console.out = (text) => (out(text), setTimeout(() => console.signal("SIGINT"), 400));
  assertEquals(await runCommandLine(["bench", "get", "--seconds", "60"], console), 130);
});
