import { claimUpTo } from "../../kvserver/versions/claim.ts";
import { claimBytes, seenBytes } from "../../kvserver/versions/version_bytes.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits } from "../../limits.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { Liar } from "./liar.ts";
import { settledMs, Stage } from "./stage.ts";

/** Whose writes are claimed, and whether by who says that it is that server, at another address. */
const claimants = [
  { whose: "the server that is told", isTwin: false },
  { whose: "another server", isTwin: false },
  { whose: "another server", isTwin: true },
];

/** Claims of more than a server's actors have written. */
function claimsOf({ system: { address, incarnation } }: SimulatedServer): Uint8Array {
  const uids = [1, 2, 3, 4].map((counter) => `${address}/${incarnation}/${counter}`);
  return claimBytes(uids.map((uid) => claimUpTo(uid, 1_000_000)));
}

/** What is wrong unless each replica of some servers has so many keys. */
function missingOf(keys: number, servers: readonly SimulatedServer[]): string | undefined {
  const sizes = servers.flatMap(({ stores }) => stores.map(({ size }) => size));
  return sizes.every((size) => size === keys) ? undefined : `of ${keys} keys there are ${sizes}`;
}

/** What nobody may have counted as seen: writes that others are yet to make. */
export const claimCases: Record<string, () => Promise<string | undefined>> = {
  "writes that a peer claims, and a living server has yet to make, are not taken for seen":
    async () => {
      for (const { whose, isTwin } of claimants) {
        const stage = new Stage();
        const a = await stage.start([], 2);
        const b = await stage.start([a]);
        const liar = new Liar(stage, a, isTwin ? b.system.incarnation : undefined);
        await stage.cluster.advance(settledMs);
        liar.tellPeer({ claims: claimsOf(whose === "another server" ? b : a) });
        await stage.cluster.advance(settledMs);
        for (let i = 0; i < 20; i++) {
          stage.put(a, `a${i}`);
          stage.put(b, `b${i}`);
        }
        await stage.cluster.advance(2 * defaultLimits.peerLostMs);
        const wrong = missingOf(40, [a, b]) ?? stage.cluster.difference();
        await stage.cluster.close();
        if (wrong !== undefined) {
          return `Claims of ${whose}${isTwin ? " in its name" : ""}: ${wrong}`;
        }
      }
    },

  "actors with long names that a peer makes up keep no newcomer from what there is": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const liar = new Liar(stage, a);
    await stage.cluster.advance(settledMs);
    for (let part = 0; part < 4; part++) {
      const uids = Array.from(
        { length: 2_500 },
        (_, i) => `${`h${part}.${i}.`.padEnd(298, "x")}:1/0123456789abcdef/1`,
      );
      liar.tellPeer({ claims: claimBytes(uids.map((uid) => claimUpTo(uid, 1_000_000))) });
      await stage.cluster.advance(settledMs);
    }
    const c = await stage.start([a]);
    stage.put(a, "of one");
    stage.put(b, "of the other");
    stage.put(c, "of the newcomer");
    await stage.cluster.advance(2 * defaultLimits.peerLostMs);
    const servers = [a, b, c];
    const refused = servers.map(({ system }) => system.stats().refusedMessages);
    const wrong = missingOf(3, servers) ?? stage.cluster.difference();
    await stage.cluster.close();
    if (refused.some((count) => count > 0)) return `They refuse ${refused} messages; ${wrong}`;
    return wrong;
  },

  "a tombstone that a peer makes up, as late as one clock allows, keeps no other server from it":
    async () => {
      const stage = new Stage();
      const a = await stage.start();
      const b = await stage.start([a]);
      stage.cluster.setClock(a, 5_000);
      const liar = new Liar(stage, a);
      await stage.cluster.advance(settledMs);
      for (let i = 0; i < 40; i++) {
        const floorMs = a.environment.now() + defaultLimits.timestampMaxAheadMs;
        liar.tellPeer({ seen: seenBytes({ vector: new VersionVector(), floorMs }) });
        await stage.cluster.advance(500);
        stage.put(a, `key${i}`);
      }
      // The clock of the one is so far behind that of the other.
      const wrong = b.stores[0].size > 25 ? undefined : `there are ${b.stores[0].size} of 40 keys`;
      const { refusedMessages } = b.system.stats();
      await stage.cluster.close();
      return refusedMessages > 0 ? `It refuses ${refusedMessages} messages` : wrong;
    },

  "writes that whose state is taken over claims, and are still to be made here, are not taken for seen":
    async () => {
      const stage = new Stage();
      const a = await stage.cluster.start({ queryActorCount: 2, takesOver: true });
      const liar = new Liar(stage, a);
      a.actors.join([liar.ref]);
      await stage.cluster.advance(settledMs);
      liar.tellPeer({ claims: claimsOf(a) });
      await stage.cluster.advance(settledMs);
      liar.tellPeer({ stateDone: 1 });
      await stage.cluster.advance(settledMs);
      for (let i = 0; i < 20; i++) stage.put(a, `a${i}`);
      await stage.cluster.advance(settledMs);
      const b = await stage.start([a]);
      await stage.cluster.advance(settledMs);
      for (let i = 0; i < 20; i++) stage.put(a, `b${i}`);
      await stage.cluster.advance(2 * defaultLimits.peerLostMs);
      const wrong = missingOf(40, [a, b]);
      await stage.cluster.close();
      return wrong;
    },

  "numbers that a client makes up, of a living server that has written nothing, cost none of its Puts":
    async () => {
      const stage = new Stage();
      const a = await stage.start();
      const b = await stage.start([a], 2);
      const { address, incarnation } = b.system;
      const at = a.environment.now();
      // The first one comes last: all others follow it then.
      for (const counter of [2, 3, 4, 5, 6, 7, 8, 9, 10, 1]) {
        for (const actor of [1, 2, 3, 4]) {
          const uid = `${address}/${incarnation}/${actor}`;
          const order = [at + (counter === 1 ? 11 : counter), actor, uid] as const;
          stage.cluster.merge(a, 0, { key: "forged", value: "v", order, counter });
        }
      }
      await stage.cluster.advance(settledMs);
      stage.put(a, "forged");
      for (let i = 0; i < 10; i++) {
        for (const actor of [0, 1]) stage.cluster.put(b, actor, `key${actor}.${i}`, "v");
      }
      await stage.cluster.advance(2 * defaultLimits.peerLostMs);
      const wrong = stage.cluster.difference() ?? missingOf(21, [a, b]);
      await stage.cluster.close();
      return wrong;
    },

  "what an ended server alone had, and was restored and deleted, comes back by no backup":
    async () => {
      const stage = new Stage();
      const a = await stage.start();
      const b = await stage.start([a]);
      stage.put(b, "known");
      await stage.cluster.advance(settledMs);
      const { address, stores: [store] } = b;
      const [{ uid, counter, timestamp }] = heldEntries(store);
      await stage.cluster.crash(b);
      await stage.cluster.advance(settledMs);
      await stage.forget(a, address);
      const order = [timestamp + 1, 0, uid] as const;
      const restore = async () => {
        stage.cluster.merge(a, 0, { key: "lost", value: "v", order, counter: counter + 5 });
        await stage.cluster.advance(settledMs);
        return a.stores[0].size;
      };
      const restored = await restore();
      stage.cluster.delete(a, 0, "lost");
      await stage.cluster.advance(3 * defaultLimits.expiredKeptMs);
      const again = await restore();
      await stage.cluster.close();
      if (restored !== 2) return `There are ${restored} of 2 keys when it is restored`;
      return again === 1 ? undefined : "It comes back by a backup";
    },
};
