import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { noLink } from "../../actor/tell_network.ts";
import type { MergeMessage } from "../../kvserver/messages/replica_messages.ts";
import { SyncActor } from "../../kvserver/sync/sync_actor.ts";
import { seenBytes } from "../../kvserver/versions/version_bytes.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";
import { messageOf } from "../support/store/stores.ts";

type Told = Parameters<SyncActor["onMessage"]>[0];

const self: ActorRef = { address: "a:1", incarnation: "a", counter: 1 };
const peers = 30;

/** A sync actor that knows many servers which have told much, on a clock that goes on with each look at a link. */
class Crowded {
  nowMs = 0;
  /** The bytes of what its query actor was told of those that are behind, each time. */
  readonly holders: number[] = [];
  /** When. */
  readonly toldMs: number[] = [];
  /** Whom it was told of last. */
  members: string[] = [];
  #actor: SyncActor;
  #seen = new VersionVector(
    Array.from({ length: 1_000 }, (_, i) => [`b:1/${i.toString(16).padStart(16, "0")}/2`, 5]),
  );

  constructor(lookMs = 0) {
    const context = {
      limits: defaultLimits,
      memory: new MemoryAccount(),
      self,
      now: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      link: () => (this.nowMs += lookMs, noLink),
      watchLink: () => {},
      tellAfter: () => () => {},
      hold: () => () => {},
      tell: (_, message) => {
        const holders = (message as MergeMessage).collect?.holders;
        if (holders === undefined) return;
        this.holders.push(holders.reduce((sum, { seen }) => sum + seen.length, 0));
        this.toldMs.push(this.nowMs);
        this.members = holders.map(({ member }) => member);
      },
      log: silentLogger,
    } as Partial<ActorContext> as ActorContext;
    this.#actor = new SyncActor(context);
    this.#tell({ type: "start", queryActors: [{ ...self, counter: 2 }], hasState: true });
    const seen = seenBytes({ vector: this.#seen, floorMs: 0 });
    for (let i = 0; i < peers; i++) {
      const from = { address: `b${i}:1`, incarnation: `b${i}`, counter: 1 };
      const told = { entries: messageOf([]), peers: [], wantsState: 0, stateDone: 0 };
      // The last one has told nothing.
      this.#tell({ type: "peer", from, ...told, ...(i < peers - 1 ? { seen } : {}) });
    }
  }

  /** Its query actor has seen one write more. */
  see(): void {
    const counter = this.#seen.counter("a:1/000000000000000a/2") + 1;
    this.#seen.add({ uid: "a:1/000000000000000a/2", counter });
    this.#tell({
      type: "written",
      from: 2,
      entries: messageOf([]),
      ageMs: 0,
      merged: 0,
      isDrained: false,
      hasAccepted: true,
      seen: seenBytes({ vector: this.#seen, floorMs: 0 }),
    });
  }

  #tell(message: unknown): void {
    this.#actor.onMessage(message as Told);
  }
}

Deno.test("of many servers that are behind and have told much, a replica is told of those that have seen least", () => {
  const crowded = new Crowded();
  crowded.holders.length = 0;
  for (let i = 0; i < 5; i++) {
    crowded.nowMs += 2 * defaultLimits.tellVersionsMs;
    crowded.see();
  }
  assertGreater(crowded.holders.length, 0);
  for (const bytes of crowded.holders) {
    assertLessOrEqual(bytes, defaultLimits.holdersBytesMax);
    assertGreater(bytes, defaultLimits.holdersBytesMax / 2);
  }
  assertEquals(crowded.members[0].startsWith(`b${peers - 1}:1`), true);
});

Deno.test("a server that takes long to tell what all have seen does it more seldom", () => {
  const crowded = new Crowded(2);
  crowded.toldMs.length = 0;
  for (let i = 0; i < 100; i++) crowded.see();
  assertGreater(crowded.toldMs.length, 3);
  const gaps = crowded.toldMs.slice(1).map((ms, i) => ms - crowded.toldMs[i]);
  // Each time it looks once at each link, at the least.
  const leastMs = 2 * peers * defaultLimits.comparisonPauseRatio;
  for (const gapMs of gaps) assertGreater(gapMs, leastMs - 1);
});
