import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { PooledBatch } from "../../kvserver/sync/outgoing_batch.ts";
import { defaultLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert, assertEquals, assertNotEquals } from "../deps.ts";
import { messageOf } from "../support/store/stores.ts";
import { entryOf, keysIn, Stage } from "./stage.ts";

Deno.test("a sync actor keeps an entry until all have it, and no longer", () => {
  const stage = new Stage();
  stage.heard();
  stage.pass(3);
  stage.writtenInRow();
  stage.pass(2);
  // They are sent, and not acknowledged.
  assertEquals(stage.keptKeys().length, 100);
  stage.acknowledge();
  assertEquals(stage.keptKeys(), []);
});

Deno.test("a sync actor keeps nothing of the state that it passes on", () => {
  const stage = new Stage();
  stage.part = messageOf([entryOf("old", 1)]);
  stage.heard([], 0, 1);
  stage.pass(3);
  assertEquals(stage.sent.map(({ entries }) => keysIn(entries)).flat(), ["old"]);
  stage.acknowledge();
  assertEquals(stage.keptKeys(), []);
});

Deno.test("a sync actor tells each what was written, and not what was before", () => {
  const stage = new Stage();
  for (let i = 0; i < 3; i++) {
    stage.written(1);
    stage.pass(1);
  }
  assertEquals(stage.told.filter(({ length }) => length > 0), [["key1"], ["key2"], ["key3"]]);
});

Deno.test("a sync actor passes a message on as it came when nothing waits before it", () => {
  const stage = new Stage();
  const message = stage.written(100);
  assertEquals([stage.told.at(-1)?.length, stage.merges.at(-1)!.entries === message], [100, true]);
  // Not now: the sibling was told just now.
  stage.written(50);
  stage.written(50);
  assertEquals(stage.told.length, 1);
  stage.pass(1);
  assertEquals(stage.told.at(-1)?.length, 100);
});

Deno.test("a sync actor does not tell anyone what they have a later one of", () => {
  const stage = new Stage();
  stage.heard();
  stage.pass(2);
  stage.writtenInRow();
  stage.writtenBy(0, [entryOf("a", 1), entryOf("b", 1)]);
  stage.writtenBy(1, [entryOf("a", 2)]);
  stage.heard([entryOf("b", 3)]);
  stage.pass(2);
  const told = stage.told.flat();
  assertEquals([told.includes("a"), told.filter((key) => key === "b").length], [false, 1]);
  const sent = stage.sent.flatMap(({ entries }) => keysIn(entries));
  assertEquals([sent.filter((key) => key === "a").length, sent.includes("b")], [1, false]);
  stage.acknowledge();
  assertEquals(stage.keptKeys(), []);
});

Deno.test("a sync actor keeps what a lost connection carried, and sends it again", () => {
  const stage = new Stage();
  stage.heard();
  stage.pass(2);
  stage.writtenInRow();
  stage.pass(2);
  const kept = stage.keptKeys();
  const sent = stage.sent.map(({ entries }) => keysIn(entries));
  assertEquals(sent.map(({ length }) => length).filter(Boolean), [25, 75, 100]);
  assertEquals(kept, sent.slice(0, -1).flat());
  stage.acknowledge();
  assertEquals(stage.keptKeys(), []);
});

Deno.test("a sync actor keeps nothing for one that is gone", () => {
  const stage = new Stage();
  stage.heard();
  stage.pass(2);
  stage.writtenInRow();
  stage.pass(2);
  stage.link.roomBytes = 0;
  stage.writtenInRow();
  stage.pass(2);
  stage.link.isUp = false;
  stage.link.isWrongIncarnation = true;
  stage.pass(2);
  Object.assign(stage.link, {
    isUp: true,
    isWrongIncarnation: false,
    host: undefined,
    roomBytes: defaultLimits.outboxBytesMax,
  });
  assertEquals(stage.keptKeys(), []);
});

Deno.test("a sync actor keeps no more for one that cannot be reached than may wait for it", () => {
  const stage = new Stage();
  stage.heard([], 0, 1);
  stage.link.isUp = false;
  const large = "x".repeat(defaultLimits.outboxBytesMax / 10);
  for (let i = 0; i < 12; i++) {
    stage.written(1, large);
    stage.pass(1);
  }
  stage.nowMs += defaultLimits.peerLostMs;
  stage.written(1, large);
  stage.pass(1);
  stage.link.isUp = true;
  // It is sent what is read from a replica now.
  stage.part = messageOf([entryOf("read", 1)]);
  assertEquals(stage.keptKeys(), ["read"]);
});

Deno.test("two batches are not the same when an entry's number became another one's in between", () => {
  const pool = new EntryPool(defaultLimits, new MemoryAccount());
  const batchOf = (key: string) => {
    const reader = new EntryReader(messageOf([entryOf(key, 1)]));
    reader.next();
    const batch = new PooledBatch(pool, 10_000);
    assert(batch.add(pool.add(reader)));
    return batch;
  };
  const first = batchOf("one");
  const bytes = first.encode();
  assertEquals(first.isSame(first), true);
  first.release();
  const second = batchOf("two");
  assertEquals(second.numbers, first.numbers);
  assertEquals(first.isSame(second), false);
  assertNotEquals(second.encode(), bytes);
  second.release();
});
