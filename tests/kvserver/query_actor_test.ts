import { beginComparison } from "../../kvserver/reconcile/mod.ts";
import { Store } from "../../kvserver/store/mod.ts";
import type { WrittenMessage } from "../../kvserver/messages/replica_messages.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";
import { epochMs } from "../../simulate/world/simulated_environment.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { testInWorld } from "../support/simulation.ts";
import { entriesOf, get, messageOf, put } from "../support/store/stores.ts";
import { LoneQueryActor } from "./lone_query_actor.ts";

const stranger = "far:1/0f/1";

testInWorld("a query actor gives each Put the time at which it came", async (world) => {
  const started = await LoneQueryActor.start(world);
  for (const key of ["first", "second"]) {
    await started.put(key, "");
    await world.advance(defaultLimits.syncPaceMs);
  }
  const written = started.written.flat();
  assertEquals(written.map(({ key, timestamp }) => [key, timestamp]), [
    ["first", epochMs],
    ["second", epochMs + defaultLimits.syncPaceMs],
  ]);
  await started.close();
});

testInWorld("a query actor does not pass on what was beaten before it left", async (world) => {
  const started = await LoneQueryActor.start(world);
  // The first leave at once, the others have to wait.
  const gone = Array.from({ length: defaultLimits.syncMessagesAtOnce }, (_, i) => `gone${i}`);
  for (const key of [...gone, "beaten", "kept"]) await started.put(key, "by itself");
  const later = { timestamp: epochMs + 1, sequence: 0, uid: stranger };
  await started.merge([{ key: "beaten", value: "by another", ...later }]);
  await world.advance(defaultLimits.syncPaceMs);
  assertEquals(
    started.written.map((entries) => entries.map(({ key }) => key)),
    [...gone, "kept"].map((key) => [key]),
  );
  await started.close();
});

testInWorld(
  "a query actor reads a part of its state in turns, and answers between them",
  async (world) => {
    const { readEntriesMax } = defaultLimits;
    let turn = 0;
    let turnOfPut = 0;
    const store = new class extends Store {
      override walk(...args: Parameters<Store["walk"]>): boolean {
        turn++;
        return super.walk(...args);
      }
      override put(...args: Parameters<Store["put"]>): number {
        turnOfPut = turn;
        return super.put(...args);
      }
    }();
    const count = Math.floor(2.5 * readEntriesMax);
    for (let i = 0; i < count; i++) put(store, `${i}`.padStart(6, "0"), "", 1, i % 2 ? "b" : "c");
    const started = await LoneQueryActor.start(world, store);
    const read = async (
      id: number,
      after: Uint8Array | undefined,
      bytesMax: number,
      only?: string,
    ) => {
      const filter = only === undefined ? { except: [] } : { only: [only] };
      started.tellMerge([], { read: { id, after, filter, bytesMax } });
      await started.put("meanwhile", "");
      await world.advance(defaultLimits.syncPaceMs);
      return started.sync.messages.map((message) => (message as WrittenMessage).part)
        .find((part) => part?.id === id)!;
    };
    // Little of it is asked for.
    const none = await read(1, undefined, 1e9, "0f");
    assertEquals([entriesOf(none.entries), none.after], [[], undefined]);
    assertEquals([turn, turnOfPut], [3, 1]);
    const all = await read(2, undefined, 1e9);
    assertEquals(entriesOf(all.entries).length, count + 1);
    assertEquals(all.after, undefined);
    // Part by part they are the same.
    const parts = [];
    let after: Uint8Array | undefined;
    for (let id = 3; id < 100 && (id === 3 || after !== undefined); id++) {
      const part = await read(id, after, 200_000);
      assertLess(part.entries.length, 200_000);
      parts.push(...entriesOf(part.entries));
      after = part.after;
    }
    assertEquals(parts.filter(({ key }) => key !== "meanwhile").length, count);
    assertEquals(parts.slice(0, 5), entriesOf(all.entries).slice(0, 5));
    await started.close();
  },
);

testInWorld(
  "a query actor says now and then that entries are ahead of its clock",
  async (world) => {
    const log = new MemoryLog();
    const started = await LoneQueryActor.start(world, new Store(), { log });
    const merge = () => {
      const timestamp = epochMs + world.nowMs + 2 * defaultLimits.futureToleranceMs;
      return started.merge(["a", "b"].map((key) => ({
        key,
        value: "",
        timestamp,
        sequence: 0,
        uid: stranger,
      })));
    };
    await merge();
    await world.advance(defaultLimits.futureToleranceMs - 1);
    await merge();
    assertEquals(log.lines.length, 1);
    await world.advance(1);
    await merge();
    await started.close();
    const line = "warn  An entry of far:1/0f/1 is 120000 ms ahead of this server's clock";
    assertEquals(log.lines, [line, line]);
  },
);

testInWorld(
  "what a query actor accepted while it was alone is compared, however young",
  async (world) => {
    const started = await LoneQueryActor.start(world, new Store(), { isAlone: true });
    // Nothing is queued for others, because it believes that there are none.
    for (const key of ["early", "early too"]) await started.put(key, "");
    assertEquals(started.written.flat(), []);
    await started.merge([]);
    await world.advance(1);
    await started.put("late", "");
    assertEquals(started.written.flat().map(({ key }) => key), ["late"]);
    const { comparisonYoungMs, rangesBytesMax, syncMessageBytesMax, syncPaceMs } = defaultLimits;
    const salt = { low: 1, high: 2 };
    await started.merge([], {
      compare: {
        ...salt,
        id: 1,
        ranges: beginComparison(new Store(), salt, false),
        isLikelyEqual: false,
        rangesBytesMax,
        entriesBytesMax: syncMessageBytesMax,
        youngMs: comparisonYoungMs,
        youngOf: [started.incarnation],
      },
    });
    await world.advance(syncPaceMs);
    const { compared } = started.sync.messages.at(-1) as WrittenMessage;
    assertEquals(entriesOf(compared!.entries).map(({ key }) => key), ["early", "early too"]);
    // What was put since is on its way by itself.
    assertEquals(compared!.leftOut, true);
    await started.close();
  },
);

testInWorld(
  "a query actor merges in turns, answers between them, and says what it has merged",
  async (world) => {
    const { mergeTurnBytes, mergedUntoldBytesMax } = defaultLimits;
    let sizeAtPut = 0;
    const store = new class extends Store {
      override put(...args: Parameters<Store["put"]>): number {
        sizeAtPut = this.size;
        return super.put(...args);
      }
    }();
    const started = await LoneQueryActor.start(world, store);
    const value = "v".repeat(10_000);
    const count = Math.ceil(4 * mergeTurnBytes / value.length);
    const entries = Array.from({ length: count }, (_, i) => ({
      key: `key${`${i}`.padStart(5, "0")}`,
      value,
      timestamp: epochMs,
      sequence: 0,
      uid: stranger,
    }));
    started.tellMerge(entries, { number: 1 });
    await started.put("put meanwhile", "");
    assertGreater(entries.length * value.length, mergedUntoldBytesMax);
    assertLess(sizeAtPut, count);
    assertGreater(sizeAtPut, 1);
    assertEquals(store.size, count + 1);
    const told = started.sync.messages.map((message) => (message as WrittenMessage).merged);
    assertEquals([told[0], told.at(-1)], [0, 1]);
    await started.close();
  },
);

testInWorld("a query actor merges all batches of a message, in turns", async (world) => {
  const store = new Store();
  const started = await LoneQueryActor.start(world, store);
  const count = 40;
  const value = "x".repeat(defaultLimits.mergeTurnBytes / 4);
  const batches = Array.from({ length: count }, (_, i) => {
    const order = { timestamp: epochMs, sequence: i, uid: `${stranger}${i % 3}` };
    return messageOf([{ key: "again", value: `${i}`, ...order }, { key: `${i}`, value, ...order }])
      .slice();
  });
  const entries = new Uint8Array(batches.flatMap((batch) => [...batch]));
  started.tellMerge([], { entries, number: 1 });
  await world.advance(2 * defaultLimits.syncMessagesAtOnce * defaultLimits.syncPaceMs);
  assertEquals([store.size, get(store, "again")], [count + 1, `${count - 1}`]);
  assertEquals((started.sync.messages.at(-1) as WrittenMessage).merged, 1);
  await started.close();
});

testInWorld(
  "a query actor tells what little it has merged when nothing waits for that",
  async (world) => {
    const { syncMessagesAtOnce, syncPaceMs } = defaultLimits;
    const started = await LoneQueryActor.start(world);
    const merge = (number: number) => {
      const entry = {
        key: `key${number}`,
        value: "",
        timestamp: epochMs,
        sequence: 0,
        uid: stranger,
      };
      return started.merge([entry], { number });
    };
    const merged = () => started.sync.messages.map((message) => (message as WrittenMessage).merged);
    await merge(1);
    assertEquals(merged(), [1]);
    await merge(2);
    await merge(3);
    // A Put of its own would not have to wait.
    assertEquals(merged(), [1]);
    for (let i = 0; i < syncMessagesAtOnce - 1; i++) await started.put(`put${i}`, "");
    assertEquals(merged(), [1, ...Array(syncMessagesAtOnce - 1).fill(3)]);
    await world.advance(syncMessagesAtOnce * syncPaceMs);
    // What it has seen it tells each second, but it says not once more that it has merged all.
    const rest = started.sync.messages.slice(syncMessagesAtOnce) as WrittenMessage[];
    assertEquals(rest.filter(({ seen }) => seen === undefined), []);
    await started.close();
  },
);

testInWorld(
  "a query actor keeps what it accepts, or refuses it, when it is told to, and not for ever",
  async (world) => {
    const started = await LoneQueryActor.start(world);
    await started.merge([], { holdsBack: true });
    await started.put("kept", "");
    await world.advance(1_000);
    assertEquals(started.written.flat(), []);
    await world.advance(defaultLimits.replicaLagMaxMs);
    await started.merge([], { holdsBack: true });
    assertEquals(await started.refusal("key"), "overloaded");
    await started.merge([]);
    assertEquals(started.written.flat().map(({ key }) => key), ["kept"]);
    await started.put("taken", "");
    await started.merge([], { refusal: "another one is behind" });
    assertEquals(await started.refusal("key"), "overloaded");
    await started.merge([]);
    await started.put("taken again", "");
    await started.close();
  },
);

testInWorld(
  "a query actor that kept too much takes Puts again when others have replaced all of it",
  async (world) => {
    const started = await LoneQueryActor.start(world);
    await started.merge([], { holdsBack: true });
    await started.put("kept", "");
    await world.advance(defaultLimits.replicaLagMaxMs + 1);
    await started.merge([], { holdsBack: true });
    assertEquals(await started.refusal("key"), "overloaded");
    const later = { timestamp: epochMs + world.nowMs, sequence: 0, uid: stranger };
    await started.merge([{ key: "kept", value: "replaced", ...later }], { holdsBack: true });
    await started.put("taken", "");
    await started.close();
  },
);

testInWorld(
  "a query actor reads the clock for no query while what it has seen is to be told later",
  async (world) => {
    const environment = world.environment();
    let readings = 0;
    const { monotonicMs } = environment;
    environment.monotonicMs = () => {
      readings++;
      return monotonicMs.call(environment);
    };
    const started = await LoneQueryActor.start(world, new Store(), { environment });
    const readingsOfPings = async (count: number) => {
      const before = readings;
      for (let i = 0; i < count; i++) await started.ping();
      return readings - before;
    };
    const usual = await readingsOfPings(10);
    // What is seen first is told at once, and the second Put a while later.
    for (const key of ["first", "second"]) {
      await started.put(key, "");
      await world.advance(defaultLimits.syncPaceMs);
    }
    await started.ping();
    assertEquals(await readingsOfPings(10), usual);
    await started.close();
  },
);
