import type { ActorContext } from "../../actor/mod.ts";
import { EntryReader } from "../../kvserver/entry_reader.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { Peer } from "../../kvserver/sync/peer.ts";
import { messageOf } from "../kvserver/stores.ts";

const MiB = 1024 * 1024;

/** A peer without a cluster around it, and where its entries are. */
function lonePeer(): { peer: Peer; pool: EntryPool } {
  const pool = new EntryPool();
  const context = {
    self: { address: "a:1", incarnation: "a", counter: 1 },
    monotonicMs: () => 0,
    tellAfter: () => {},
  } as Partial<ActorContext> as ActorContext;
  const ref = { address: "b:1", incarnation: "b", counter: 1 };
  return { peer: new Peer(context, ref, pool), pool };
}

/** What must hold of a peer by itself. @returns what was wrong, or `undefined`. */
export const peerCases: Record<string, () => string | undefined> = {
  "of two questions for the state that are lost together, the later is asked again": () => {
    const { peer } = lonePeer();
    for (const question of [1, 2]) {
      peer.wantsState = question;
      peer.next({ epoch: 1, roomBytes: 20 * MiB });
    }
    const again = peer.next({ epoch: 2, roomBytes: 20 * MiB });
    if (again?.batch.wantsState !== 2) return `Question ${again?.batch.wantsState} is asked`;
  },

  "the state is not complete when what is left of it overflows": () => {
    const { peer, pool } = lonePeer();
    const entries = (count: number, name: string, value: string) =>
      new EntryReader(messageOf(Array.from({ length: count }, (_, i) => {
        return { key: name + i, value, timestamp: 1, sequence: 0, uid: "a:1/a/2" };
      })));
    peer.oweState({ except: ["b"] });
    peer.addPart(entries(30, "key", "x".repeat(100_000)), undefined, peer.open!);
    peer.completeState();
    const large = entries(9, "large", "x".repeat(8 * MiB));
    while (large.next()) peer.owe(pool.add(large));
    const next = peer.next({ epoch: 1, roomBytes: 20 * MiB });
    if (next?.batch.stateDone && !peer.overflowed) return "It counts as complete";
  },

  "a part that was read for an earlier debt does not count for the present one": () => {
    const { peer } = lonePeer();
    peer.oweState({ only: ["c"] });
    const earlier = peer.open!;
    peer.oweState({ except: ["b"] });
    peer.addPart(new EntryReader(messageOf([])), new Uint8Array([5]), earlier);
    if (peer.open?.after !== undefined) return "Reading goes on in the middle";
  },
};
