import { assert, assertEquals, assertLess, assertLessOrEqual, assertMatch } from "../deps.ts";
import { SimulatedNetwork } from "../../simulate/network/simulated_network.ts";
import { testInWorld } from "../support/simulation.ts";
import { batchOf, entry, mergedOf } from "../support/disk/data_files.ts";
import { DurableServer } from "./durable_server.ts";

// What a query actor, the journal and the disk promise together, in virtual time.

testInWorld("strict: a Put is answered when it is on disk, and a Get at once", async (world) => {
  const server = await DurableServer.start(world, { durability: "strict" });
  server.disk.writeMs = 50;
  const startMs = world.nowMs;
  const put = server.put("a", "1");
  const get = server.get("a");
  await world.advance(0);
  assertEquals(server.answers.get(put), undefined);
  // On the same connection, and of what is not on disk yet.
  assertEquals(server.answers.get(get), { value: "1", error: undefined, atMs: startMs });
  await world.advance(1000);
  assertEquals(server.answers.get(put), { value: null, error: undefined, atMs: startMs + 50 });
  assertEquals([...mergedOf(server.disk.batches).keys()], ["a"]);
  await server.crash();
});

testInWorld(
  "strict: a Delete is answered when it is on disk, and each as it was",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    server.disk.writeMs = 50;
    const startMs = world.nowMs;
    const asked = [
      server.delete("a"),
      server.put("a", "1"),
      server.delete("a"),
      server.delete("a"),
    ];
    await world.advance(0);
    assertEquals(asked.map((msgid) => server.answers.get(msgid)), Array(4).fill(undefined));
    await world.advance(1000);
    const answers = asked.map((msgid) => server.answers.get(msgid)!);
    assertEquals(answers.map(({ value }) => value), [false, null, true, false]);
    assertEquals(answers.map(({ atMs }) => atMs - startMs), [50, 100, 100, 100]);
    const medium = await server.crash();
    assertEquals([...mergedOf(medium).values()].map(({ value }) => value), [null]);
    const again = await DurableServer.start(world, { durability: "strict", medium, port: 2 });
    const get = again.get("a");
    await world.advance(0);
    assertEquals(again.answers.get(get)!.value, null);
    await again.crash();
  },
);

testInWorld(
  "strict: all that is put while the disk writes is written with the next",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    server.disk.writeMs = 50;
    const startMs = world.nowMs;
    const first = server.put("first", "1");
    await world.advance(10);
    const others = Array.from(
      { length: 100 },
      (_, i) => server.put(`key ${i % 50}`, `${i}`),
    );
    await world.advance(1000);
    assertEquals(server.answers.get(first)!.atMs, startMs + 50);
    for (const put of others) {
      assertEquals(server.answers.get(put)!.atMs, startMs + 100);
    }
    assertEquals(server.disk.writes, 2);
    assertEquals(mergedOf(server.disk.batches).size, 51);
    await server.crash();
  },
);

testInWorld(
  "strict: what is too much for one message is written at once all the same",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    const value = "x".repeat(100_000);
    const puts = Array.from({ length: 20 }, (_, i) => server.put(`key ${i}`, value));
    await world.advance(100);
    for (const put of puts) assertEquals(server.answers.get(put)?.error, undefined);
    assertEquals(server.answers.size, 20);
    assertLessOrEqual(server.disk.writes, 2);
    assert(server.disk.batches.length > 5);
    await server.crash();
  },
);

testInWorld(
  "strict: clients that put again when they are answered are written together",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    server.disk.writeMs = 20;
    // Two halves that would take turns with the disk for ever.
    const waiting = new Set<number>();
    for (let i = 0; i < 4; i++) waiting.add(server.put(`${i}`, ""));
    await world.advance(10);
    for (let i = 4; i < 8; i++) waiting.add(server.put(`${i}`, ""));
    await world.advance(100);
    server.disk.writes = 0;
    let puts = 0;
    while (server.disk.writes < 50) {
      for (const put of [...waiting].filter((msgid) => server.answers.has(msgid))) {
        waiting.delete(put);
        waiting.add(server.put(`${puts++}`, ""));
      }
      await world.advance(1);
    }
    assertLess(50 * 6, puts);
    // Nor does anybody wait for those who have gone.
    const startMs = world.nowMs;
    await world.advance(100);
    const lone = server.put("lone", "");
    await world.advance(100);
    assertEquals(server.answers.get(lone)!.atMs, startMs + 120);
    await server.crash();
  },
);

testInWorld("relaxed: a Put is answered at once, and on disk within 200 ms", async (world) => {
  const server = await DurableServer.start(world, { durability: "relaxed" });
  for (let i = 0; i < 500; i++) {
    const startMs = world.nowMs;
    const put = server.put("key", `${i}`);
    await world.advance(0);
    assertEquals(server.answers.get(put)!.atMs, startMs);
    await world.advance(world.random.below(20));
  }
  await world.advance(200);
  const [{ value }] = mergedOf(server.disk.batches).values();
  assertEquals(value, "499");
  // What is put again meanwhile is written once.
  assertLess(server.disk.writes, 120);
  await server.crash();
});

testInWorld("relaxed: a Put behind a burst is on disk within 200 ms too", async (world) => {
  const server = await DurableServer.start(world, { durability: "relaxed" });
  server.disk.writeMs = 1;
  // Fifty messages to the disk, one after the other without a pause.
  for (let i = 0; i < 150; i++) server.put(`burst ${i}`, "x".repeat(80_000));
  await world.advance(200);
  assertEquals(mergedOf(server.disk.batches).size, 150);
  for (let i = 0; i < 10; i++) {
    server.put("behind", `${i}`);
    await world.advance(200);
    assertEquals(mergedOf(server.disk.batches).get("behind")?.value, `${i}`);
  }
  await server.crash();
});

testInWorld("relaxed: what the disk cannot keep up with waits, each key once", async (world) => {
  const server = await DurableServer.start(world, { durability: "relaxed" });
  server.disk.writeMs = 10_000;
  for (let i = 0; i < 1000; i++) {
    server.put(`key ${i % 10}`, `${i}`);
    await world.advance(10);
  }
  await world.advance(30_000);
  assertLess(server.disk.writes, 5);
  const values = [...mergedOf(server.disk.batches).values()].map(({ value }) => Number(value));
  assertEquals(values.sort(), [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
  await server.crash();
});

for (const durability of ["relaxed", "strict"] as const) {
  testInWorld(
    `${durability}: a disk that refuses is told to whoever puts, until it does not`,
    async (world) => {
      const server = await DurableServer.start(world, { durability, queryActorCount: 2 });
      await world.advance(100);
      server.disk.fail("the disk is full");
      const doubtful = server.put("doubtful", "1");
      await world.advance(100);
      const { error } = server.answers.get(doubtful)!;
      if (durability === "relaxed") assertEquals(error, undefined);
      else assertMatch(error!.message, /^Cannot Put: .*\(the disk is full\)/);
      // Every query actor refuses by now, and writes nothing.
      for (const actor of [0, 1]) {
        const put = server.put("refused", "2", actor);
        const get = server.get("refused", actor);
        const readable = server.get("doubtful", 0);
        await world.advance(0);
        assertEquals(server.answers.get(put)!.error!.code, "unavailable");
        assertEquals(server.answers.get(get), { value: null, error: undefined, atMs: world.nowMs });
        assertEquals(server.answers.get(readable)!.value, "1");
      }
      assertEquals(server.disk.batches.length, 0);
      server.disk.mend();
      await world.advance(100);
      assertEquals([...mergedOf(server.disk.batches).keys()], ["doubtful"]);
      const put = server.put("late", "3");
      await world.advance(100);
      assertEquals(server.answers.get(put)!.error, undefined);
      assertEquals([...mergedOf(server.disk.batches).keys()], ["doubtful", "late"]);
      await server.crash();
    },
  );
}

testInWorld("Journal.flush() resolves when all that was taken is on disk", async (world) => {
  const server = await DurableServer.start(world, { durability: "relaxed", queryActorCount: 2 });
  server.disk.writeMs = 40;
  for (let i = 0; i < 100; i++) server.put(`key ${i}`, "x".repeat(10_000), i % 2);
  await world.advance(0);
  let isFlushed = false;
  const flushed = server.journal.flush(5_000).then(() => isFlushed = true);
  while (!isFlushed) await world.advance(1);
  assertEquals(mergedOf(server.disk.batches).size, 100);
  await flushed;
  await server.crash();
});

testInWorld(
  "Journal.flush() gives up when the disk refuses for too long, and says how much is lost",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "relaxed", queryActorCount: 2 });
    server.disk.fail("no");
    for (let i = 0; i < 10; i++) server.put(`first ${i % 5}`, "1", i % 2);
    await world.advance(500);
    const beganMs = world.nowMs;
    assertEquals(await world.complete(server.journal.flush(5_000)), false);
    assertEquals(world.nowMs - beganMs, 5_000);
    // Each key once at each of the query actors that took it.
    assertEquals(await world.complete(server.journal.unwritten(500)), 10);
    server.disk.mend();
    assertEquals(await world.complete(server.journal.flush(5_000)), true);
    assertEquals(await world.complete(server.journal.unwritten(500)), 0);
    await server.crash();
  },
);

testInWorld("what comes from other servers is kept as well, once", async (world) => {
  const network = new SimulatedNetwork(world, () => 5);
  const options = { durability: "relaxed", queryActorCount: 2, network } as const;
  const a = await DurableServer.start(world, { ...options, port: 1 });
  const b = await DurableServer.start(world, { ...options, port: 2, peers: [a] });
  await world.advance(1000);
  assertEquals(a.disk.peers, ["server:2"]);
  assertEquals(b.disk.peers, ["server:1"]);
  a.put("at a", "1", 0);
  a.put("at a too", "2", 1);
  b.put("at b", "3", 1);
  await world.advance(1000);
  for (const { disk } of [a, b]) {
    const entries = disk.batches.flatMap((batch) => [...mergedOf([batch]).keys()]);
    assertEquals(entries.sort(), ["at a", "at a too", "at b"]);
  }
  await a.crash();
  await b.crash();
});

testInWorld(
  "what another server says that this one has accepted is kept as well",
  async (world) => {
    const network = new SimulatedNetwork(world, () => 5);
    const options = { durability: "relaxed", queryActorCount: 2, network } as const;
    const a = await DurableServer.start(world, { ...options, port: 1 });
    const b = await DurableServer.start(world, { ...options, port: 2, peers: [a] });
    await world.advance(1000);
    const { address, incarnation } = a.system;
    const returned = [1, 2, 77].map((n) =>
      entry(`of ${n}`, "1", { timestamp: world.nowMs, uid: `${address}/${incarnation}/${n}` })
    );
    for (const one of returned) {
      b.system.tell(a.actors.syncActor, {
        type: "peer",
        from: b.actors.syncActor,
        entries: batchOf(one),
        peers: [],
        wantsState: 0,
        stateDone: 0,
      });
    }
    await world.advance(1000);
    assertEquals(a.disk.batches.flatMap((batch) => [...mergedOf([batch]).keys()]).sort(), [
      "of 1",
      "of 2",
      "of 77",
    ]);
    // And no more than that is written twice.
    a.put("at a", "1", 0);
    a.put("at a too", "2", 1);
    await world.advance(1000);
    const kept = a.disk.batches.flatMap((batch) => [...mergedOf([batch]).keys()]);
    assertEquals(kept.filter((key) => key.startsWith("at")).sort(), ["at a", "at a too"]);
    await a.crash();
    await b.crash();
  },
);

testInWorld("what a server had before is owed to others who do not have it", async (world) => {
  const network = new SimulatedNetwork(world, () => 5);
  const options = { durability: "relaxed", queryActorCount: 1, network } as const;
  const first = await DurableServer.start(world, { ...options, port: 1 });
  first.put("old", "1");
  await world.advance(1000);
  const medium = await first.crash();
  const again = await DurableServer.start(world, { ...options, port: 1, medium });
  const newcomer = await DurableServer.start(world, { ...options, port: 2, peers: [again] });
  await world.advance(2000);
  assertEquals(newcomer.actors.ready, true);
  const get = newcomer.get("old");
  await world.advance(0);
  assertEquals(newcomer.answers.get(get)!.value, "1");
  // In the other direction too: the one with data joins the one without.
  const third = await DurableServer.start(world, { ...options, port: 3 });
  again.actors.join([third.actors.syncActor]);
  await world.advance(2000);
  const getThird = third.get("old");
  await world.advance(0);
  assertEquals(third.answers.get(getThird)!.value, "1");
  for (const server of [again, newcomer, third]) await server.crash();
});

testInWorld("strict: no answered Put is lost, whenever the server is killed", async (world) => {
  for (let round = 0; round < 200; round++) {
    await killAtRandom(world, "strict");
  }
});

testInWorld(
  "relaxed: no Put answered more than 200 ms ago is lost, whenever it is killed",
  async (world) => {
    for (let round = 0; round < 100; round++) {
      await killAtRandom(world, "relaxed");
    }
  },
);

/** Puts counting numbers to a few keys, kills the server at any moment, and looks what is left. */
async function killAtRandom(
  world: Parameters<typeof DurableServer.start>[0],
  durability: "relaxed" | "strict",
): Promise<void> {
  const { random } = world;
  const server = await DurableServer.start(world, { durability, queryActorCount: 2 });
  server.disk.writeMs = 1 + random.below(30);
  /** Key and value by msgid. */
  const puts = new Map<number, { key: string; count: number }>();
  const steps = random.below(60);
  for (let count = 1; count <= steps; count++) {
    const key = `key ${random.below(5)}`;
    // Each key always at the same actor: another one may not have seen the last Put yet.
    puts.set(server.put(key, `${count}`, Number(key.at(-1)) % 2), { key, count });
    await world.advance(random.below(12));
  }
  const killedMs = world.nowMs;
  const held = mergedOf(await server.crash());
  for (const [msgid, { error, atMs }] of server.answers) {
    if (durability === "relaxed" && atMs > killedMs - 200) continue;
    assertEquals(error, undefined);
    const { key, count } = puts.get(msgid)!;
    const value = held.get(key)?.value;
    assert(value !== undefined, `seed ${world.seed}: ${key} is lost`);
    const kept = Number(value);
    assertLessOrEqual(count, kept, `seed ${world.seed}: ${key} = ${count} is lost`);
  }
}
