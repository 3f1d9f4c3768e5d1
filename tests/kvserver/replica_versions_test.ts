import type { ActorContext } from "../../actor/mod.ts";
import { ReplicaVersions } from "../../kvserver/query/replica_versions.ts";
import { claimUpTo } from "../../kvserver/versions/claim.ts";
import type { WrittenMessage } from "../../kvserver/messages/replica_messages.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { claimBytes, readSeen } from "../../kvserver/versions/version_bytes.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { LoneQueryActor } from "./lone_query_actor.ts";

const uid = "b:1/000000000000000b/2";
const liar = "d:1/000000000000000d/2";

const limits = withLimits({ versionsMax: 10, unknownWritesMax: 20, singleWritesMax: 2_000 });

/** The versions of a replica of a server with a disk, and what is charged for them. */
function replicaVersions(clock = { ms: 0 }): { versions: ReplicaVersions; memory: MemoryAccount } {
  const memory = new MemoryAccount();
  const context = {
    limits,
    memory,
    self: { address: "a:1", incarnation: "000000000000000a", counter: 2 },
    monotonicMs: () => clock.ms,
    log: { warn: () => {} },
  } as unknown as ActorContext;
  return { versions: new ReplicaVersions(context, () => 0, true), memory };
}

/** What a replica tells the disk of writes that were replaced before they were claimed. */
function dotsToldOf(persistsOthers: boolean): number {
  const { versions } = replicaVersions();
  versions.persistsOthers = persistsOthers;
  for (let counter = 3; counter < 203; counter += 2) versions.replaced(uid, counter);
  return versions.diskSeen([], true)?.vector.dots.get(uid)?.size ?? 0;
}

Deno.test("single writes that were seen are told to the disk by the replica that persists them, and no other keeps them", () => {
  assertEquals(dotsToldOf(true), 100);
  assertEquals(dotsToldOf(false), 0);
});

Deno.test("single writes are forgotten of an actor of whom nothing else is heard, and of no other", () => {
  const clock = { ms: 0 };
  const { versions } = replicaVersions(clock);
  const elsewhere = "e:1/000000000000000e/2";
  for (const actor of [uid, elsewhere]) versions.replaced(actor, 9);
  // Its server has ended before both were compared, so that what comes before that is not known to be seen.
  versions.take(claimBytes([{ uid, from: 7, to: 12 }]));
  clock.ms = limits.unknownWritesKeptMs + 1;
  const { vector } = versions.seen;
  assertEquals([uid, elsewhere].map((actor) => vector.dots.has(actor)), [true, false]);
});

Deno.test("numbers are not given yet by actors of servers that live, if they are of no write that was seen", () => {
  const { versions } = replicaVersions();
  const own = "a:1/000000000000000a/3";
  const earlier = "a:1/0000000000000aaa/3";
  const away = "f:1/000000000000000f/2";
  const actors = [own, earlier, uid, liar, away];
  const ungiven = () => actors.filter((uid) => versions.isUngiven({ uid, counter: 6 }));
  assertEquals(ungiven(), [own]);
  versions.living({ incarnations: ["000000000000000b", "000000000000000d"], addresses: ["f:1"] });
  assertEquals(ungiven(), [own, uid, liar, away]);
  versions.take(claimBytes([claimUpTo(uid, 6), claimUpTo(liar, 5)]));
  assertEquals(ungiven(), [own, liar, away]);
  // What was seen of its other writes says nothing of one that has ended.
  versions.living({ incarnations: ["000000000000000b"], addresses: [] });
  assertEquals(ungiven(), [own]);
});

/** Has a known actor replace writes, of which no two follow each other, and never claim them. */
function lie(versions: ReplicaVersions, from: number, count: number): void {
  for (let i = 0; i < count; i++) versions.replaced(liar, from + 2 * i);
}

Deno.test("of single writes of an actor that is known and claims none, no more is kept than may, and that is charged", () => {
  const { versions, memory } = replicaVersions();
  versions.persistsOthers = true;
  versions.take(claimBytes([claimUpTo(liar, 1), claimUpTo(uid, 1)]));
  for (let counter = 3; counter < 53; counter += 2) versions.replaced(uid, counter);
  const charged: number[] = [];
  for (let round = 0; round < 20; round++) {
    lie(versions, 3 + round * 10_000, 5_000);
    charged.push(memory.bytes);
  }
  assertGreater(charged[2], 40 * limits.singleWritesMax);
  assertLess(Math.max(...charged), 1.5 * charged[2]);
  const { dots } = versions.seen.vector;
  assertLess(dots.get(liar)!.size, 1.5 * limits.singleWritesMax);
  // The last ones are known, and those of others, who have claimed less than that.
  assert(versions.hasSeen({ uid: liar, counter: 3 + 19 * 10_000 + 2 * 4_999 }));
  for (let counter = 3; counter < 53; counter += 2) assert(versions.hasSeen({ uid, counter }));
  // Nothing is seen that was not: what is not known to have been seen only keeps tombstones longer.
  assertEquals([versions.counterOf(liar), versions.counterOf(uid)], [1, 1]);
  assert(!versions.hasSeen({ uid: liar, counter: 3 + 19 * 10_000 + 2 * 4_999 + 1 }));
  // When they are claimed after all, nothing is kept of them.
  versions.take(claimBytes([claimUpTo(liar, 10 ** 6), claimUpTo(uid, 100)]));
  versions.diskSeen([], true);
  versions.takeReport();
  assertLess(memory.bytes, 2_000);
});

Deno.test("claims of ever new actors, and such that never count, take no more memory than may", () => {
  const { versions, memory } = replicaVersions();
  const charged: number[] = [];
  for (let round = 0; round < 20; round++) {
    const claims = Array.from({ length: 100 }, (_, i) => {
      const maker = `d:1/000000000000000d/${2 + 100 * round + i}`;
      return { uid: maker, from: i % 2 === 0 ? 0 : 5, to: 9 };
    });
    versions.take(claimBytes(claims));
    charged.push(memory.bytes);
  }
  assertGreater(charged[0], 0);
  assertLess(charged[19], 1.5 * charged[0]);
});

testInWorld("what a peer writes and never claims fills no replica's memory", async (world) => {
  const environment = world.environment();
  const started = await LoneQueryActor.start(world, new Store(), { environment });
  const timestamp = environment.now();
  let counter = 1;
  const tellAll = () => {
    const entries = Array.from({ length: 5_000 }, () => {
      counter += 2;
      return { key: "told", value: "v", timestamp, sequence: counter, uid: liar, counter };
    });
    return started.merge(entries, { claims: claimBytes([claimUpTo(liar, 1)]) });
  };
  const charged: number[] = [];
  for (let message = 0; message < 16; message++) {
    await tellAll();
    await world.advance(1_000);
    charged.push(environment.memory.bytes);
  }
  assertGreater(charged[5], 40 * defaultLimits.singleWritesMax);
  assertLess(Math.max(...charged), 2 * charged[5]);
  const told = started.sync.messages.map((message) => (message as WrittenMessage).seen);
  const seen = readSeen(told.findLast((bytes) => bytes !== undefined)!).vector;
  // All that it says to have seen was there.
  assertEquals(seen.counter(liar), 0);
  assertLess(seen.dots.get(liar)!.size, 5_001);
  await started.close();
});
