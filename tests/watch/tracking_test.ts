import { Store } from "../../kvserver/store/mod.ts";
import { Tracker, type TrackerForm, TrackingTable, WatchRoom } from "../../kvserver/watch/mod.ts";
import { withLimits } from "../../limits.ts";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import { bytesOf, put } from "../support/store/stores.ts";

/** Tells the keys as they are, and all as an asterisk. */
function formOf(store: Store, isFor = (_n: number, _by: number) => true): TrackerForm {
  return {
    isFor,
    write: (writer, n) => writer.raw(bytesOf(`${charsOf(store.keyOf(n))} `)),
    writeAll: (writer) => writer.raw(bytesOf("* ")),
  };
}

function told(tracker: Tracker, bytesMax = Infinity): string[] {
  const writer = new MsgpackWriter();
  tracker.tell(writer, bytesMax);
  return charsOf(writer.written()).split(" ").slice(0, -1);
}

Deno.test("a tracker tells each entry once, and nothing of what it is not for", () => {
  const store = new Store();
  const [a, b] = ["a", "b"].map((key) => put(store, key, "1"));
  const tracker = new Tracker(
    1,
    formOf(store, (_, by) => by !== 1),
    new WatchRoom(withLimits({})),
  );
  assertEquals(tracker.isDue, false);
  for (const [n, by] of [[b, 2], [a, 0], [b, 0], [a, 1]]) tracker.changed(n, by);
  assertEquals([tracker.isDue, told(tracker), tracker.isDue], [true, ["b", "a"], false]);
  tracker.changed(a, 1);
  assertEquals(tracker.isDue, false);
  for (const n of [a, b]) tracker.changed(n, 2);
  assertEquals([told(tracker, 1), told(tracker, 1)], [["a"], ["b"]]);
});

Deno.test("a tracker without room for its changes tells that all copies are outdated, once", () => {
  const store = new Store();
  const room = new WatchRoom(withLimits({ watchChangesMax: 2 }));
  const tracker = new Tracker(1, formOf(store), room);
  for (const key of ["a", "b", "c", "d"]) tracker.changed(put(store, key, "1"), 0);
  assertEquals(room.used, 0);
  assertEquals([told(tracker), told(tracker), tracker.isDue], [["*"], [], false]);
  tracker.changed(put(store, "a", "2"), 0);
  assertEquals(told(tracker), ["a"]);
});

Deno.test("a tracking table knows who has read which keys, as a list of all would", () => {
  const random = new Prng(16);
  const store = new Store();
  const room = new WatchRoom(withLimits({}));
  const trackers = Array.from({ length: 4 }, (_, i) => new Tracker(i, formOf(store), room));
  const table = new TrackingTable();
  let model: [key: string, tracker: Tracker][] = [];
  const key = () => `key ${random.below(8)}`;
  for (let step = 0; step < 5_000; step++) {
    const tracker = trackers[random.below(trackers.length)];
    const asked = key();
    switch (random.below(5)) {
      case 0: {
        const visited = new Set<Tracker>();
        table.take(asked, (tracker) => visited.add(tracker));
        const readers = model.filter(([key]) => key === asked).map(([, tracker]) => tracker);
        assertEquals(
          [...visited].map(({ inbox }) => inbox).sort(),
          readers.map(({ inbox }) => inbox).sort(),
        );
        model = model.filter(([key]) => key !== asked);
        break;
      }
      case 1:
        if (random.below(20) > 0) break;
        table.forget(tracker);
        model = model.filter(([, other]) => other !== tracker);
        break;
      default:
        table.add(asked, tracker);
        if (!model.some(([key, other]) => key === asked && other === tracker)) {
          model.push([asked, tracker]);
        }
    }
    assertEquals(table.size, model.length);
    const most = Math.max(...trackers.map((t) => model.filter(([, other]) => other === t).length));
    assertEquals(table.greatest?.keys.size ?? 0, most);
  }
  for (const tracker of trackers) table.forget(tracker);
  assertEquals([table.size, table.heldBytes, table.greatest], [0, 0, undefined]);
});
