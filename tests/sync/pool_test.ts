import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { EntryReader } from "../../kvserver/entry_reader.ts";
import { SyncActor } from "../../kvserver/sync/sync_actor.ts";
import type { MergeMessage, PeerMessage } from "../../kvserver/sync/sync_messages.ts";
import { peerLostMs, pendingBytesMax, syncPaceMs } from "../../limits.ts";
import { assertEquals } from "../deps.ts";
import { charsOf, messageOf, type TextEntry } from "../kvserver/stores.ts";

const self: ActorRef = { address: "a:1", incarnation: "a", counter: 1 };
const siblings = [2, 3].map((counter) => ({ ...self, counter }));
const other: ActorRef = { address: "b:1", incarnation: "b", counter: 1 };
const nothing = messageOf([]);

function keysIn(entries: Uint8Array): string[] {
  const keys: string[] = [];
  const reader = new EntryReader(entries);
  while (reader.next()) keys.push(charsOf(reader.bytes.subarray(reader.keyStart, reader.keyEnd)));
  return keys;
}

function entryOf(key: string, timestamp: number, value = ""): TextEntry {
  return { key, value, timestamp, sequence: 0, uid: "a:1/a/2" };
}

/** A sync actor on its own, whose messages go nowhere. */
class Stage {
  readonly pool = new EntryPool();
  nowMs = 0;
  link = { isUp: true, isGone: false, epoch: 1, roomBytes: 20 * 1024 * 1024, reset: () => {} };
  /** The messages to the other server's sync actor. */
  readonly sent: PeerMessage[] = [];
  /** The keys that a sibling was told, message by message. */
  readonly told: string[][] = [];
  readonly #actor: SyncActor;
  #puts = 0;
  /** What there is in any part of the state that is asked for. */
  part = nothing;
  #parts = 0;

  constructor() {
    const context = {
      self,
      monotonicMs: () => this.nowMs,
      tellAfter: () => {},
      watchLink: () => {},
      link: () => this.link,
      tell: (ref, message) => {
        if (ref === other) this.sent.push(message as PeerMessage);
        if (ref === siblings[1]) this.told.push(keysIn((message as MergeMessage).entries));
      },
    } as Partial<ActorContext> as ActorContext;
    this.#actor = new SyncActor(context, undefined, undefined, this.pool);
    this.#actor.onMessage({ type: "start", queryActors: siblings, hasState: true });
  }

  written(count: number, value = "value"): void {
    this.writtenBy(0, Array.from({ length: count }, () => entryOf(`key${++this.#puts}`, 1, value)));
  }

  writtenBy(sibling: number, entries: readonly TextEntry[]): void {
    const message = { from: siblings[sibling].counter, isDrained: false };
    this.#actor.onMessage({ type: "written", entries: messageOf(entries), ...message });
  }

  /** Four messages in a row: the first goes on at once, the others are gathered. */
  writtenInRow(): void {
    for (let i = 0; i < 4; i++) this.written(25);
  }

  /** The other server's sync actor is heard, and has received so many messages. */
  heard(ack: number, from = other, entries: readonly TextEntry[] = []): void {
    const message = { batch: 0, ack, peers: [], wantsState: 0, stateDone: 0 };
    this.#actor.onMessage({ type: "peer", from, entries: messageOf(entries), ...message });
  }

  /** So many messages of each pair later. */
  pass(turns: number): void {
    for (let i = 0; i < turns; i++) {
      this.nowMs += syncPaceMs;
      this.#actor.onMessage({ type: "look" });
      const part = { id: ++this.#parts, entries: this.part };
      const message = { entries: nothing, from: siblings[0].counter, isDrained: false, part };
      this.#actor.onMessage({ type: "written", ...message });
    }
  }
}

Deno.test("a sync actor keeps an entry until all have it, and no longer", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.pass(3);
  stage.writtenInRow();
  assertEquals(stage.pool.size, 75);
  stage.pass(2);
  // They are sent, and not acknowledged.
  assertEquals(stage.pool.size, 75);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps nothing of the state that it passes on", () => {
  const stage = new Stage();
  stage.part = messageOf([entryOf("old", 1)]);
  stage.heard(0);
  stage.pass(3);
  assertEquals(stage.sent.map(({ entries }) => keysIn(entries)).flat(), ["old"]);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
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
  stage.written(100);
  assertEquals([stage.told.at(-1)?.length, stage.pool.size], [100, 0]);
  // Not now: the sibling was told just now.
  stage.written(50);
  stage.written(50);
  assertEquals([stage.told.length, stage.pool.size], [1, 100]);
  stage.pass(1);
  assertEquals([stage.told.at(-1)?.length, stage.pool.size, stage.pool.keyCount], [100, 0, 0]);
});

Deno.test("a sync actor does not tell anyone what they have a later one of", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.pass(2);
  stage.writtenInRow();
  stage.writtenBy(0, [entryOf("a", 1), entryOf("b", 1)]);
  stage.writtenBy(1, [entryOf("a", 2)]);
  stage.heard(0, other, [entryOf("b", 3)]);
  stage.pass(2);
  const told = stage.told.flat();
  assertEquals([told.includes("a"), told.filter((key) => key === "b").length], [false, 1]);
  const sent = stage.sent.flatMap(({ entries }) => keysIn(entries));
  assertEquals([sent.filter((key) => key === "a").length, sent.includes("b")], [1, false]);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps what a lost connection carried, and sends it again", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.pass(2);
  stage.writtenInRow();
  stage.pass(2);
  stage.link.epoch++;
  stage.pass(2);
  const sent = stage.sent.map(({ entries }) => keysIn(entries));
  assertEquals(sent.map(({ length }) => length).filter(Boolean), [25, 75, 100]);
  assertEquals(sent.at(-1), sent.slice(0, -1).flat());
  assertEquals(stage.pool.size, 100);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps nothing for one that is gone", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.pass(2);
  stage.writtenInRow();
  stage.pass(2);
  stage.link.roomBytes = 0;
  stage.writtenInRow();
  stage.pass(2);
  assertEquals(stage.pool.size, 175);
  stage.heard(0, { ...other, incarnation: "c" });
  stage.link.isUp = false;
  stage.pass(2);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps no more for one that cannot be reached than may wait for it", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.link.isUp = false;
  const large = "x".repeat(pendingBytesMax / 10);
  for (let i = 0; i < 12; i++) {
    stage.written(1, large);
    stage.pass(1);
  }
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
  stage.nowMs += peerLostMs;
  stage.written(1, large);
  stage.pass(1);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});
