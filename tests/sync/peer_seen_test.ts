import type { ActorContext } from "../../actor/mod.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { Peer } from "../../kvserver/sync/peer.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";

Deno.test("of what a peer tells that it has seen no more is kept than may, and that is charged", () => {
  const memory = new MemoryAccount();
  const limits = withLimits({ versionsMax: 10, unknownWritesMax: 20 });
  const context = {
    limits,
    memory,
    self: { address: "a:1", incarnation: "a", counter: 1 },
    monotonicMs: () => 0,
  } as unknown as ActorContext;
  const ref = { address: "b:1", incarnation: "b", counter: 1 };
  const peer = new Peer(context, ref, new EntryPool(limits), { within: () => {} });
  const charged: number[] = [];
  for (let round = 0; round < 20; round++) {
    const told = new VersionVector([["known", 1 + round], [`other ${round}`, 1]]);
    // Each second one, so that none follows another one.
    for (let i = 0; i < 50; i++) {
      told.addDot({ uid: "known", counter: 3 + 2 * (50 * round + i) });
      told.addDot({ uid: `unknown ${round}`, counter: 3 + 2 * i });
    }
    peer.hasSeen(told);
    charged.push(memory.bytes);
  }
  assertGreater(charged[10], 0);
  assertLess(charged[19], 1.1 * charged[10]);
  peer.forget();
  assertEquals(memory.bytes, 0);
});
