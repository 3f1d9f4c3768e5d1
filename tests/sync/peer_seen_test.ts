import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { Peer } from "../../kvserver/sync/peer.ts";
import { claimUpTo } from "../../kvserver/versions/claim.ts";
import { seenBytes } from "../../kvserver/versions/version_bytes.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits, type Limits, withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";

const link = { epoch: 1, told: 0, roomBytes: Infinity, roundTripMs: 0, clock: undefined };

function peerOf(limits: Limits, memory = new MemoryAccount()): Peer {
  const context = {
    limits,
    memory,
    self: { address: "a:1", incarnation: "a", counter: 1 },
    now: () => 0,
    monotonicMs: () => 0,
  } as unknown as ActorContext;
  const ref = { address: "b:1", incarnation: "b", counter: 1 };
  return new Peer(context, ref, new EntryPool(limits), { within: () => {} });
}

Deno.test("of what a peer tells that it has seen no more is kept than may, and that is charged", () => {
  const memory = new MemoryAccount();
  const limits = withLimits({ versionsMax: 10, unknownWritesMax: 20 });
  const peer = peerOf(limits, memory);
  const charged: number[] = [];
  for (let round = 0; round < 60; round++) {
    const told = new VersionVector([["known", 1 + round], [`other ${round}`, 1]]);
    // Each second one, so that none follows another one.
    for (let i = 0; i < 50; i++) {
      told.addDot({ uid: "known", counter: 3 + 2 * (50 * round + i) });
      told.addDot({ uid: `unknown ${round}`, counter: 3 + 2 * i });
    }
    peer.hasSeen(told);
    charged.push(memory.bytes);
  }
  assertGreater(charged[30], 0);
  assertLess(charged[59], 1.1 * charged[30]);
  peer.forget();
  assertEquals(memory.bytes, 0);
});

Deno.test("a comparison claims what the replica that was compared had seen and another one there had not", () => {
  const peer = peerOf(defaultLimits);
  const nothing = { vector: new VersionVector(), floorMs: 0 };
  const [one, other] = [2, 3].map((actor) => `c:1/0123456789abcdef/${actor}`);
  // All replicas of the peer have seen the first write of the one, the replica that is compared all three.
  peer.hasSeen(new VersionVector([[one, 1], [other, 2]]));
  const vector = new VersionVector([[one, 3], [other, 2]]);
  const seen = seenBytes({ vector, floorMs: 0 });
  const { comparison } = peer;
  comparison.owe(0, true);
  comparison.begin(1, 0, { quietMs: Infinity, silentMs: 0, upMs: Infinity, roundTripMs: 0 });
  const { id } = comparison.asked!;
  comparison.answered(id, new Uint8Array(9), 0, { tookMs: 0, leftOut: false, seen });
  const begun = peer.nextMessage(link, nothing);
  assertEquals([begun?.step?.id, begun?.claims], [id, []]);
  peer.comparisonReceived({ id, place: 1, ranges: new Uint8Array(), seen }, 0);
  assertEquals(peer.nextMessage({ ...link, told: 1 }, nothing)?.claims, [claimUpTo(one, 3)]);
});

Deno.test("no step of a comparison leaves while what was to leave before it is dropped", () => {
  const peer = peerOf(defaultLimits);
  const { backlog, comparison } = peer;
  comparison.owe(0, true);
  comparison.begin(1, 0, { quietMs: Infinity, silentMs: 0, upMs: Infinity, roundTripMs: 0 });
  const { id } = comparison.asked!;
  const seen = seenBytes({ vector: new VersionVector(), floorMs: 0 });
  comparison.answered(id, new Uint8Array(9), 0, { tookMs: 0, leftOut: false, seen });
  backlog.overflow();
  const next = peer.nextMessage(link, { vector: new VersionVector(), floorMs: 0 });
  assertEquals([next?.step, comparison.isOwed], [undefined, true]);
});

Deno.test("of whom a peer awaits no more is kept than who that is", () => {
  const peer = peerOf(defaultLimits);
  const ref = { address: "c:1", incarnation: "c", counter: 1 };
  peer.isWaitingFor([{ ...ref, more: new Uint8Array(1) } as ActorRef]);
  assertEquals(peer.awaits, [ref]);
});
