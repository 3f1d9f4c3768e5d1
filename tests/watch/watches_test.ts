import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { FramedWatches } from "../../kvserver/query/framed_watches.ts";
import { Watches } from "../../kvserver/query/watches.ts";
import { readDeferred } from "../../kvserver/query/query_message.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { type Limits, withLimits } from "../../limits.ts";
import { MsgpackReader, MsgpackWriter, RpcError } from "../../rpc/mod.ts";
import { MemoryAccount } from "../../rpc/memory_account.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { bytesOf, put } from "../support/store/stores.ts";
import { notificationsIn } from "./told.ts";

const self: ActorRef = { address: "here:1", incarnation: "00", counter: 1 };

/** The watches of a query actor without the actor: what they tell is kept. */
class Told {
  readonly store = new Store();
  readonly memory = new MemoryAccount();
  readonly watches: Watches;
  readonly framed: FramedWatches;
  /** What each connection was sent, message by message: of each notification the id and the keys. */
  readonly sent = new Map<number, [id: number, keys: string[]][][]>();
  turns = 0;
  nowMs = 0;
  /** How long it takes to send a message. */
  sendMs = 0;

  constructor(limits: Partial<Limits> = {}) {
    const writer = new MsgpackWriter();
    const context = {
      self,
      limits: withLimits(limits),
      memory: this.memory,
      tell: () => void this.turns++,
      tellAfter: () => (this.turns++, () => {}),
      monotonicMs: () => this.nowMs,
      beginMessage: () => (writer.clear(), writer),
      abandonMessage: () => {},
      tellWritten: ({ counter }: ActorRef) => {
        this.nowMs += this.sendMs;
        const { replies, count } = readDeferred(new MsgpackReader(writer.written().slice()));
        assertEquals(count, 0);
        const told = notificationsIn(replies).map(([, [id, changes]]): [number, string[]] => [
          id as number,
          ((changes ?? []) as [string][]).map(([key]) => key),
        ]);
        this.sent.set(counter, [...this.sent.get(counter) ?? [], told]);
      },
    };
    this.watches = new Watches(context as Partial<ActorContext> as ActorContext, this.store);
    this.framed = new FramedWatches(this.watches);
  }

  begin(inbox: number, prefix: string, isInitial = false): number {
    return this.framed.begin(inbox, bytesOf(prefix), isInitial);
  }

  put(...keys: string[]): void {
    for (const key of keys) this.watches.changed(put(this.store, key, "value"));
    this.watches.send();
  }

  /** What a connection was sent since it was looked at last. */
  take(inbox: number): [id: number, keys: string[]][][] {
    const sent = this.sent.get(inbox) ?? [];
    this.sent.delete(inbox);
    return sent;
  }
}

Deno.test("watches tell each connection what changes below its prefixes, by the ids that it knows", () => {
  const told = new Told();
  assertEquals([told.begin(1, "a"), told.begin(1, ""), told.begin(2, "b")], [1, 2, 1]);
  told.put("a1", "b1");
  assertEquals(told.take(1), [[[2, ["a1", "b1"]], [1, ["a1"]]]]);
  assertEquals(told.take(2), [[[1, ["b1"]]]]);
  assertEquals(told.watches.size, 3);
});

Deno.test("a connection is sent nothing until the network has taken what it was sent", () => {
  const told = new Told();
  told.begin(1, "");
  told.put("a");
  told.put("b");
  told.put("c", "b");
  assertEquals(told.take(1), [[[1, ["a"]]]]);
  told.watches.notified(1);
  told.watches.send();
  assertEquals(told.take(1), [[[1, ["b", "c"]]]]);
  told.watches.notified(1);
  told.watches.send();
  assertEquals(told.take(1), []);
  told.put("d");
  assertEquals(told.take(1), [[[1, ["d"]]]]);
});

Deno.test("a watch that is ended is told nothing more, and another connection cannot end it", () => {
  const told = new Told();
  const id = told.begin(1, "");
  told.begin(2, "");
  told.put("a");
  told.put("b");
  told.framed.end(3, id);
  told.framed.end(1, id);
  told.framed.end(1, id);
  told.framed.end(1, 99);
  told.watches.notified(1);
  told.put("c");
  assertEquals(told.take(1), [[[1, ["a"]]]]);
  assertEquals(told.take(2), [[[1, ["a"]]]]);
  assertEquals(told.watches.size, 1);
  assertEquals(told.begin(1, ""), id + 1);
});

Deno.test("what watches take is charged, and given back when their connections are closed", () => {
  const told = new Told();
  for (let i = 0; i < 100; i++) told.begin(i % 10, `${i}/`);
  told.put("1/first");
  const before = told.memory.bytes;
  told.put(...Array.from({ length: 1_000 }, (_, i) => `1/${i}`));
  assertEquals(told.memory.bytes - before, 1_000 * 48);
  for (let inbox = 0; inbox < 10; inbox++) told.watches.forget(inbox);
  told.watches.forget(0);
  assertEquals([told.memory.bytes, told.watches.size], [0, 0]);
  told.put("1/more");
});

Deno.test("a connection, a query actor and its memory have room for so many watches", () => {
  const told = new Told({ connectionWatchesMax: 2, watchesMax: 3 });
  for (const inbox of [1, 1, 2]) told.begin(inbox, "");
  assertThrows(() => told.begin(1, ""), RpcError, "the connection has 2 watches, allowed are 2");
  assertThrows(() => told.begin(2, ""), RpcError, "the query actor has 3 watches, allowed are 3");
  told.framed.end(1, 1);
  told.begin(2, "");
  Object.defineProperty(told.memory, "putRoomBytes", { get: () => 100 });
  told.framed.end(1, 2);
  assertThrows(() => told.begin(1, ""), RpcError, "memory is full");
});

Deno.test("watches of one connection take turns, and a turn of the actor is bounded", () => {
  const told = new Told({ notificationBytes: 1, replyBatchBytesMax: 1 });
  told.begin(1, "");
  told.begin(1, "");
  told.begin(2, "");
  told.put("a", "b");
  assertEquals([told.take(1), told.take(2), told.turns], [[[[1, ["a"]]]], [], 1]);
  told.watches.turn();
  told.watches.send();
  assertEquals([told.take(1), told.take(2), told.turns], [[], [[[1, ["a"]]]], 1]);
  const order: number[] = [];
  for (let i = 0; i < 3; i++) {
    told.watches.notified(1);
    told.watches.send();
    order.push(...told.take(1).flatMap((message) => message.map(([id]) => id)));
  }
  assertEquals(order, [2, 1, 2]);
});

Deno.test("what is there is told in bounded steps, also where there is nothing to tell", () => {
  const told = new Told({ listPartEntries: 10, listPartBytes: 500_000 });
  for (let i = 100; i < 200; i++) put(told.store, `${i}`, null);
  put(told.store, "last", "value");
  told.begin(1, "", true);
  let turns = 0;
  do {
    turns++;
    told.watches.turn();
    told.watches.send();
  } while (told.turns === turns);
  assertEquals(told.take(1), [[[1, ["last"]], [1, []]]]);
  assertEquals(turns, 4);
});

Deno.test("telling changes takes a bounded share of the time, and a lone change is told at once", () => {
  const told = new Told();
  told.begin(1, "");
  told.sendMs = 0.2;
  told.put("a");
  assertEquals([told.take(1).length, told.turns], [1, 0]);
  told.watches.notified(1);
  told.put("b");
  told.put("c", "b");
  assertEquals([told.take(1), told.turns], [[], 1]);
  told.nowMs += 20;
  told.put("c");
  assertEquals([told.take(1), told.turns], [[], 1]);
  told.watches.turn();
  told.watches.send();
  assertEquals([told.take(1), told.turns], [[[[1, ["b", "c"]]]], 1]);
  told.watches.notified(1);
  told.nowMs += 20;
  told.put("d");
  assertEquals([told.take(1).length, told.turns], [1, 1]);
  // What is there is told without pauses.
  told.begin(2, "", true);
  told.watches.send();
  told.nowMs += 20;
  told.watches.turn();
  told.watches.send();
  told.watches.notified(2);
  told.put("e");
  assertEquals(told.take(2).length, 2);
});

Deno.test("telling many connections is paused for, so that they are told several changes at once", () => {
  const told = new Told();
  for (let inbox = 0; inbox < 100; inbox++) told.begin(inbox, "");
  const messages = () => [...told.sent.values()].flat().length;
  told.put("a");
  assertEquals([messages(), told.turns], [100, 0]);
  for (let inbox = 0; inbox < 100; inbox++) told.watches.notified(inbox);
  told.put("b");
  told.nowMs += 150;
  told.put("c");
  assertEquals([messages(), told.turns], [100, 1]);
  told.nowMs += 50;
  told.watches.turn();
  told.watches.send();
  assertEquals(messages(), 200);
  assertEquals(told.take(7), [[[1, ["a"]]], [[1, ["b", "c"]]]]);
});

Deno.test("those who do not read leave room for the changes of the others", () => {
  const told = new Told({ watchChangesMax: 100, watchedChangesMax: 100 });
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
  for (const key of keys) put(told.store, key, "before");
  for (let i = 0; i < 5; i++) told.begin(1, "");
  told.put("k0");
  told.put(...keys);
  told.begin(2, "k");
  told.take(2);
  told.put("k1", "k2", "k3");
  assertEquals(told.take(2), [[[1, ["k1", "k2", "k3"]]]]);
});
