import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { noLink } from "../../actor/tell_network.ts";
import { SharedTicks, Ticks } from "../../kvserver/messages/ticks.ts";
import { SyncActor } from "../../kvserver/sync/sync_actor.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";
import { messageOf } from "../support/store/stores.ts";

type Told = Parameters<SyncActor["onMessage"]>[0];

const self: ActorRef = { address: "a:1", incarnation: "a", counter: 1 };

/** What an actor tells itself after a while, on a clock that is set by hand. */
class Later {
  nowMs = 0;
  readonly context: ActorContext;
  #told: { atMs: number; message: unknown }[] = [];

  constructor(more: Partial<ActorContext> = {}) {
    this.context = {
      limits: defaultLimits,
      self,
      now: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      tellAfter: (_, message, delayMs) => {
        const told = { atMs: this.nowMs + delayMs, message };
        this.#told.push(told);
        return () => void (this.#told = this.#told.filter((other) => other !== told));
      },
      ...more,
    } as ActorContext;
  }

  /** When what was told comes. */
  get dueMs(): number[] {
    return this.#told.map(({ atMs }) => atMs);
  }

  /** Sets the clock to what comes next, if that is within the time. @returns what comes. */
  next(withinMs: number): unknown {
    this.#told.sort((a, b) => a.atMs - b.atMs);
    if (this.#told.length === 0 || this.#told[0].atMs > withinMs) return undefined;
    const { atMs, message } = this.#told.shift()!;
    this.nowMs = atMs;
    return message;
  }
}

Deno.test("Ticks has one tick come, or an earlier one in its place if that is wanted", () => {
  const later = new Later();
  const ticks = new Ticks(later.context, "a");
  ticks.within(100);
  ticks.within(100);
  ticks.within(150);
  assertEquals(later.dueMs, [100]);
  ticks.within(20);
  assertEquals(later.dueMs, [20]);
});

Deno.test("SharedTicks has the earliest tick come of all that are wanted, and none twice", () => {
  const later = new Later();
  const ticks = new SharedTicks(later.context, "a");
  for (const delayMs of [90, 60, 30, 40]) ticks.within(delayMs);
  assertEquals(later.dueMs, []);
  ticks.request();
  ticks.request();
  assertEquals(later.dueMs, [30]);
  later.nowMs = 10;
  ticks.within(20);
  ticks.request();
  assertEquals(later.dueMs, [30]);
});

Deno.test("however many servers are known that are not there, a sync actor looks at them now and then", () => {
  const later = new Later({
    memory: new MemoryAccount(),
    link: () => noLink,
    watchLink: () => {},
    hold: () => () => {},
    tell: () => {},
    log: silentLogger,
  });
  const actor = new SyncActor(later.context);
  const tell = (message: unknown) => actor.onMessage(message as Told);
  tell({ type: "start", queryActors: [{ ...self, counter: 2 }], hasState: true });
  // One after the other, as they are greeted.
  for (let i = 0; i < 200; i++) {
    later.nowMs += 5;
    const ref = { address: `b${i}:1`, incarnation: `b${i}`, counter: 1 };
    tell(firstMessageOf(ref));
  }
  const endMs = later.nowMs + 10_000;
  let ticks = 0;
  for (let tick = later.next(endMs); tick !== undefined; tick = later.next(endMs)) {
    tell(tick);
    ticks++;
  }
  assertGreater(ticks, 5);
  assertLess(ticks, 2 * 10_000 / defaultLimits.peerCheckMs);
});

/** A sync actor that knows so many peers. @param look is called whenever it looks at the link to one of them */
function actorWithPeers(count: number, look: (later: Later) => void) {
  const later = new Later({
    memory: new MemoryAccount(),
    link: () => {
      look(later);
      return noLink;
    },
    watchLink: () => {},
    tell: () => {},
    hold: () => () => {},
    log: silentLogger,
  });
  const actor = new SyncActor(later.context);
  const tell = (message: unknown) => actor.onMessage(message as Told);
  tell({ type: "start", queryActors: [{ ...self, counter: 2 }], hasState: true });
  const refs = Array.from(
    { length: count },
    (_, i) => ({ address: `b${i}:1`, incarnation: `b${i}`, counter: 1 }),
  );
  for (const ref of refs) tell(firstMessageOf(ref));
  return { later, tell, refs };
}

/** What a peer tells that has no entries. */
const message = {
  type: "peer",
  entries: new Uint8Array([0x90, 0]),
  peers: [],
  wantsState: 0,
  stateDone: 0,
};

Deno.test("a sync actor that takes long to look at its peers does so once for many of their messages", () => {
  let looks = 0;
  const { later, tell, refs } = actorWithPeers(10, (later) => {
    looks++;
    later.nowMs++;
  });
  looks = 0;
  // Ten a millisecond come.
  const messages = 10_000;
  for (let i = 0; i < messages; i++) {
    later.nowMs += 0.1;
    const next = later.next(later.nowMs);
    if (next !== undefined) tell(next);
    tell({ ...message, from: refs[i % refs.length] });
  }
  assertGreater(looks, 0);
  assertLess(looks, messages);
  // What they have told is acted upon, though nobody tells anything any more.
  const before = looks;
  for (let next; (next = later.next(later.nowMs + 1_000)) !== undefined && looks === before;) {
    tell(next);
  }
  assertGreater(looks, before);
});

Deno.test("a step in which the process stood still keeps messages waiting no longer than any long one", () => {
  let looks = 0;
  let stillMs = 0;
  const { later, tell, refs: [from] } = actorWithPeers(1, (later) => {
    looks++;
    later.nowMs += stillMs;
    stillMs = 0;
  });
  stillMs = 2_000;
  tell({ ...message, from });
  looks = 0;
  tell({ ...message, from });
  const next = later.next(later.nowMs + defaultLimits.stepPauseMsMax);
  if (next !== undefined) tell(next);
  assertGreater(looks, 0);
});

/** What a server says first that has nothing to say. */
function firstMessageOf(from: ActorRef): Told {
  return { type: "peer", from, entries: messageOf([]), peers: [], wantsState: 0, stateDone: 0 };
}
