/** What a session keeps of what it wrote, and writes again, when servers fail. */

import { deedNumberMax } from "../../app/game/world/bounds.ts";
import { Session } from "../../app/game/state/session.ts";
import { StoreFailure } from "../../app/game/state/store.ts";
import { assert, assertEquals, assertRejects } from "../deps.ts";
import { MemoryStore, numberedEnvironment } from "./stage.ts";

const first = "Ada.0000000000000001";
const second = "Ada.0000000000000002";

Deno.test("a step that has not succeeded in 4 s is not begun again", async () => {
  const world = numberedEnvironment();
  const store = new MemoryStore();
  const session = new Session("Ada", store, world, { tries: 100 });
  store.failures = 100;
  let calls = 0;
  const slow = () => {
    calls++;
    world.ms += 2_000;
    return store.get("any").then(() => {});
  };
  await assertRejects(() => session.steadily(slow), StoreFailure);
  assertEquals(calls, 3);
});

Deno.test("what a server refuses is not tried again", async () => {
  const session = new Session("Ada", new MemoryStore(), numberedEnvironment(), { tries: 5 });
  let calls = 0;
  const refused = () => {
    calls++;
    return Promise.reject(new Error("no"));
  };
  await assertRejects(() => session.steadily(refused), Error, "no");
  assertEquals(calls, 1);
});

Deno.test("an unacknowledged total is in the end of its session, which counts instead of it", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, numberedEnvironment());
  await session.mined(5);
  store.failures = 1;
  await assertRejects(() => session.mined(3), StoreFailure, "Cannot reach the store: server 1");
  store.failures = 1;
  await assertRejects(() => session.ready(), StoreFailure);
  await session.ready();
  await session.mined(1);
  const ids = [...store.entries.keys()].filter((key) => key.startsWith("mined/"));
  assertEquals(store.entries.get(`mined/Ada/${first}`), "5");
  assertEquals(store.entries.get(`end/${first}`), '{"mined":8,"damage":[]}');
  assertEquals(ids.map((key) => store.entries.get(key)), ["5", "1"]);
});

Deno.test("a change of address ends a session before the next write", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, numberedEnvironment());
  await session.hit("Undergraduate", 1, 10, 1);
  await session.mined(5);
  store.failures = 1;
  await assertRejects(() => session.get("any"), StoreFailure);
  await session.mined(2);
  const hits = '{"rank":"Undergraduate","round":1,"hits":{"total":10,"n":1,"at":0}}';
  assertEquals(store.entries.get(`end/${first}`), `{"mined":7,"damage":[${hits}]}`);
  assertEquals(store.entries.get(`mined/Ada/${first}`), "5");
  assertEquals(store.entries.has(`mined/Ada/${second}`), false);
});

Deno.test("write-once writes are repeated unless their server has outlived them by 5 s", async () => {
  const store = new MemoryStore();
  const world = numberedEnvironment();
  const session = new Session("Ada", store, world);
  await session.declare("old");
  world.ms += 1_000;
  await session.declare("recent");
  world.ms += 4_500;
  await session.get("any");
  store.entries.clear();
  world.ms += 3_600_000;
  store.failures = 1;
  await assertRejects(() => session.get("any"), StoreFailure);
  await session.ready();
  assertEquals([...store.entries.keys()], ["recent"]);
});

Deno.test("a deed that was not acknowledged is repeated under the same key", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, numberedEnvironment());
  store.failures = 1;
  await assertRejects(() => session.deed({ deed: "broke", kind: "cpu" }, 0), StoreFailure);
  const key = await session.deed({ deed: "broke", kind: "gpu" }, 0);
  assertEquals([...store.entries], [
    [`deed/Ada/000000000001/${first}`, '{"deed":"broke","kind":"cpu"}'],
    [`deed/Ada/000000000002/${second}`, '{"deed":"broke","kind":"gpu"}'],
  ]);
  assert(session.owns(key));
});

Deno.test("a session never gives a number twice, not even the last of all", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, numberedEnvironment());
  for (const seen of [0, 0, deedNumberMax - 1, deedNumberMax, deedNumberMax]) {
    await session.deed({ deed: "broke", kind: "cpu" }, seen);
  }
  assertEquals(store.entries.size, 5);
});
