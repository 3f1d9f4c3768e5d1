import { Store } from "../../kvserver/store/mod.ts";
import { WatchRoom } from "../../kvserver/watch/mod.ts";
import { compareVersions } from "../../kvcommon/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual, assertNotEquals } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { bytesOf, get, put, putExpiring } from "../support/store/stores.ts";
import { type Told, type ToldChange, ToldWatch } from "./told.ts";

const pairsOf = (told: Told[]) =>
  told.map((change) => change === "initial" ? change : [change[0], change[1]]);

Deno.test("a watch tells each key once, as it is then, in the order of the first changes", () => {
  const store = new Store();
  const before = put(store, "before", "0");
  const told = new ToldWatch(store, "");
  assertEquals(told.watch.isDue, false);
  for (const [key, value] of [["a", "1"], ["b", "1"], ["a", "2"], ["c", "1"], ["c", null]]) {
    told.watch.changed(put(store, key!, value));
  }
  assertEquals(told.room.used, 3);
  assertEquals(pairsOf(told.tellAll()), [["a", "2"], ["b", "1"], ["c", null]]);
  assertEquals(told.room.used, 0);
  told.watch.changed(before);
  assertEquals(pairsOf(told.tell()), [["before", "0"]]);
  assertEquals(told.tell(), []);
});

Deno.test("a version names a write: the same everywhere, another one for the same value again", () => {
  const version = (order: [number, number, string]) => {
    const store = new Store();
    const told = new ToldWatch(store, "", true);
    put(store, "k", "v", order[0], order[2]);
    for (let i = 0; i < order[1]; i++) put(store, "k", "v", order[0], order[2]);
    return told.tell()[0][2];
  };
  assertEquals(version([2 ** 40, 1, "a:1/00/1"]), version([2 ** 40, 1, "a:1/00/1"]));
  const orders: [number, number, string][] = [
    [1, 0, "b:1/00/1"],
    [255, 0, "a:1/00/1"],
    [256, 0, "a:1/00/1"],
    [256, 1, "a:1/00/1"],
    [256, 1, "a:1/00/12"],
    [256, 1, "b:1/00/1"],
    [2 ** 32, 0, "a:1/00/1"],
    [2 ** 47, 0, "a:1/00/1"],
  ];
  const versions = orders.map((order) => bytesOf(version(order)));
  for (let i = 1; i < versions.length; i++) {
    assertLess(compareVersions(versions[i - 1], versions[i]), 0);
  }
});

Deno.test("a watch tells what is there first, if asked to, and says when that was all", () => {
  const store = new Store();
  for (const key of ["a", "w/1", "w/2", "w/3", "x"]) put(store, key, key);
  put(store, "w/2", null);
  const told = new ToldWatch(store, "w/", true);
  assertEquals(pairsOf(told.tellAll()), [["w/1", "w/1"], ["w/3", "w/3"], "initial"]);
  assertEquals(pairsOf(new ToldWatch(store, "none", true).tellAll()), ["initial"]);
});

Deno.test("what changes while a watch is told what is there is told once, behind it or in its place", () => {
  const store = new Store();
  for (const key of ["a", "b", "c", "d"]) put(store, key, "old");
  const told = new ToldWatch(store, "", true);
  assertEquals(pairsOf(told.tell(1)), [["a", "old"]]);
  told.watch.changed(put(store, "a", "new"));
  told.watch.changed(put(store, "c", "new"));
  told.watch.changed(put(store, "d", null));
  assertEquals(pairsOf(told.tellAll(1)), [["a", "new"], ["b", "old"], ["c", "new"], "initial"]);
});

Deno.test("an entry that has expired is told as deleted, of the same write", () => {
  const store = new Store();
  const told = new ToldWatch(store, "");
  told.watch.changed(putExpiring(store, "k", "v", 100));
  const [[, value, version]] = told.tell() as ToldChange[];
  store.passTime(100, 10, (n) => told.watch.changed(n));
  assertEquals([value, told.tell()], ["v", [["k", null, version]]]);
});

Deno.test("a watch without room for its changes tells all that is there, what is deleted included", () => {
  const store = new Store();
  const told = new ToldWatch(store, "", false, { watchChangesMax: 2, listPartEntries: 2 });
  for (const key of ["a", "b", "c", "d", "e"]) put(store, key, "old");
  for (const key of ["a", "b"]) told.watch.changed(put(store, key, "new"));
  assertEquals(told.room.used, 2);
  told.watch.changed(put(store, "c", null));
  assertEquals(told.room.used, 0);
  // Before the walk, so it comes to it.
  told.watch.changed(put(store, "e", "new"));
  assertEquals(told.room.used, 0);
  assertEquals(pairsOf(told.tell()), [["a", "new"], ["b", "new"]]);
  // Behind it, and then without room again.
  for (const key of ["a", "b"]) told.watch.changed(put(store, key, "newer"));
  assertEquals(told.room.used, 2);
  const keys = ["1", "2", "3"];
  for (const key of keys) told.watch.changed(put(store, key, "newest"));
  assertEquals(told.room.used, 0);
  const all = [...keys.map((key) => [key, "newest"]), ["a", "newer"], ["b", "newer"]];
  const rest = [["c", null], ["d", "old"], ["e", "new"]];
  assertEquals(pairsOf(told.tellAll()), [...rest, ...all, ...rest]);
});

Deno.test("what a watch tells amounts to the store, however little room it has and whatever is slow", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Prng(seed);
    const store = new Store();
    const key = () => `${"pq"[random.below(2)]}${random.below(12)}`;
    let nowMs = 1;
    const write = () => {
      nowMs += random.below(3);
      const kind = random.below(5);
      if (kind === 0) return put(store, key(), null, nowMs);
      if (kind === 1) return putExpiring(store, key(), `${nowMs}`, nowMs + 5, nowMs);
      return put(store, key(), `${nowMs}`, nowMs);
    };
    for (let i = 0; i < 10; i++) write();
    const told = new ToldWatch(store, "p", true, {
      watchChangesMax: 1 + random.below(5),
      listPartEntries: 1 + random.below(4),
    });
    const view = new Map<string, unknown>();
    const versions = new Map<string, string>();
    let initials = 0;
    const take = (changes: Told[]) => {
      for (const change of changes) {
        if (change === "initial") initials++;
        else {
          const [key, value, version] = change;
          assert(key.startsWith("p"));
          assertLessOrEqual(versions.get(key) ?? "", version, "no older write after a newer one");
          versions.set(key, version);
          view.set(key, value);
        }
      }
    };
    const changed = (n: number) => {
      // As the prefix tree selects.
      if (store.keyMemory(n)[store.keyStart(n)] === 0x70) told.watch.changed(n);
    };
    for (let step = 0; step < 150; step++) {
      store.passTime(nowMs, 100, changed);
      if (random.below(4) > 0) changed(write());
      else take(told.tell(1 + random.below(100)));
    }
    nowMs += 10;
    store.passTime(nowMs, 100, changed);
    take(told.tellAll());
    assertEquals(initials, 1);
    for (let i = 0; i < 12; i++) {
      assertEquals(view.get(`p${i}`) ?? null, get(store, `p${i}`), `seed ${seed}`);
    }
    assertEquals(told.room.used, 0);
  }
});

Deno.test("WatchRoom has room for so many changes of one watch, and of all", () => {
  const room = new WatchRoom({ ...defaultLimits, watchChangesMax: 2, watchedChangesMax: 3 });
  assertEquals([0, 1, 2].map((count) => room.take(count)), [true, true, false]);
  assertEquals([0, 1].map((count) => room.take(count)), [true, false]);
  assertNotEquals(room.used, 0);
  room.giveBack(3);
  assertEquals(room.take(0), true);
});
