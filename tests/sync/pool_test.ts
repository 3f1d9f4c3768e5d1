import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { EntryPool } from "../../kvserver/entry_pool.ts";
import { EntryReader } from "../../kvserver/entry_reader.ts";
import { SyncActor } from "../../kvserver/sync_actor.ts";
import type { MergeMessage, PeerMessage } from "../../kvserver/sync_messages.ts";
import { peerLostMs, pendingBytesMax, syncPaceMs } from "../../limits.ts";
import { assertEquals } from "../deps.ts";
import { charsOf, messageOf } from "../kvserver/stores.ts";

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
    const entries = Array.from({ length: count }, () => {
      return { key: `key${++this.#puts}`, value, timestamp: 1, sequence: 0, uid: "a:1/a/2" };
    });
    const message = { entries: messageOf(entries), from: siblings[0].counter, isDrained: false };
    this.#actor.onMessage({ type: "written", ...message });
  }

  /** The other server's sync actor is heard, and has received so many messages. */
  heard(ack: number, from = other): void {
    const message = { batch: 0, ack, entries: nothing, peers: [], wantsState: 0, stateDone: 0 };
    this.#actor.onMessage({ type: "peer", from, ...message });
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
  stage.written(100);
  assertEquals(stage.pool.size, 100);
  stage.pass(2);
  // They are sent, and not acknowledged.
  assertEquals(stage.pool.size, 100);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps nothing of the state that it passes on", () => {
  const stage = new Stage();
  stage.part = messageOf([{ key: "old", value: "", timestamp: 1, sequence: 0, uid: "a:1/a/3" }]);
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

Deno.test("a sync actor keeps what a lost connection carried, and sends it again", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.written(100);
  stage.pass(2);
  stage.link.epoch++;
  stage.pass(2);
  assertEquals(stage.sent.map(({ entries }) => keysIn(entries).length).filter(Boolean), [
    100,
    100,
  ]);
  assertEquals(stage.pool.size, 100);
  stage.heard(stage.sent.at(-1)!.batch);
  assertEquals([stage.pool.size, stage.pool.keyCount], [0, 0]);
});

Deno.test("a sync actor keeps nothing for one that is gone", () => {
  const stage = new Stage();
  stage.heard(0);
  stage.written(100);
  stage.pass(2);
  stage.link.roomBytes = 0;
  stage.written(100);
  stage.pass(2);
  assertEquals(stage.pool.size, 200);
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
