import { defaultLimits } from "../../limits.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { claimCases } from "./claim_cases.ts";
import { clockCases } from "./clock_cases.ts";
import { peerCases } from "./peer_cases.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { overflowCases } from "./overflow_cases.ts";
import { memberCases } from "./member_cases.ts";
import { megabit, settledMs, Stage } from "./stage.ts";
import { tombstoneCases } from "./tombstone_cases.ts";
import { trustCases } from "./trust_cases.ts";

/** A case that is hard to come by at random. @returns what was wrong, or `undefined`. */
export type HardCase = () => string | undefined | Promise<string | undefined>;

const MiB = 1024 * 1024;

/** The cases, each named by what must hold. */
export const hardCases: Record<string, HardCase> = {
  ...peerCases,
  ...memberCases,
  ...trustCases,
  ...claimCases,
  ...clockCases,
  ...tombstoneCases,
  ...overflowCases,

  "what a server left that is no more reaches the newcomer of a newcomer": async () => {
    const stage = new Stage();
    const [first] = await stage.pairWithHistory("A");
    const newcomer = await stage.cluster.start({ queryActorCount: 2, peers: [first] });
    await stage.cluster.start({ queryActorCount: 2, peers: [newcomer] });
    return stage.end(settledMs, ["endedA", "livingA"]);
  },

  "a newcomer of a newcomer is ready with all, though it reaches nobody else": async () => {
    const stage = new Stage();
    const first = await stage.start();
    stage.putMany(first, 30, 100_000);
    await stage.cluster.advance(settledMs);
    const second = await stage.cluster.start({ queryActorCount: 1, peers: [first] });
    const third = await stage.cluster.start({ queryActorCount: 1, peers: [second] });
    stage.cluster.network.cut(first.address, third.address);
    await stage.untilReady(third, 20_000);
    const { size } = third.stores[0];
    if (size < 30) return `It is ready with ${size} of 30 keys`;
    stage.cluster.network.mend(first.address, third.address);
    return stage.end(settledMs);
  },

  "servers that take the state over one from the other are ready, though the first joins the last":
    async () => {
      const stage = new Stage(300);
      const first = await stage.start();
      stage.put(first, "key");
      const ring: SimulatedServer[] = [];
      let sender = first;
      for (let i = 0; i < 3; i++) {
        sender = await stage.cluster.start({ queryActorCount: 1, peers: [sender] });
        ring.push(sender);
      }
      await stage.cluster.advance(400);
      stage.cluster.join(ring[0], [ring[2]]);
      return stage.end(10_000, ["key"]);
    },

  "two clusters become one when a server joins the other": async () => {
    const stage = new Stage();
    const [[a], [b]] = [await stage.pairWithHistory("A"), await stage.pairWithHistory("B")];
    stage.cluster.join(a, [b]);
    await stage.cluster.advance(settledMs);
    await stage.start([a, b]);
    return stage.end(settledMs, ["livingA", "endedA", "livingB", "endedB"]);
  },

  "two clusters become one when a newcomer joins both": async () => {
    const stage = new Stage();
    const [[a], [b]] = [await stage.pairWithHistory("A"), await stage.pairWithHistory("B")];
    await stage.start([a, b]);
    return stage.end(settledMs, ["livingA", "endedA", "livingB", "endedB"]);
  },

  "joining again, each other and oneself changes nothing": async () => {
    const stage = new Stage();
    const a = await stage.cluster.start({ queryActorCount: 2 });
    const b = await stage.cluster.start({ queryActorCount: 2, peers: [a] });
    stage.putMany(a, 30, 90_000);
    for (const peer of [b, b, a]) stage.cluster.join(a, [peer]);
    stage.cluster.join(b, [a]);
    return stage.end(10_000);
  },

  "an idle connection that is lost for a moment costs a short message each way": async () => {
    const stage = new Stage();
    const a = await stage.start();
    await stage.start([a]);
    const c = await stage.start([a]);
    stage.putMany(c, 500, 100);
    await stage.cluster.advance(10_000);
    stage.cluster.network.cut(a.address, c.address);
    const bytes = await stage.bytesWithin(100);
    stage.cluster.network.mend(a.address, c.address);
    const later = await stage.bytesWithin(3_000);
    if (bytes + later > 2 * 128) return `It cost ${bytes + later} bytes`;
    return stage.end(0);
  },

  "nobody waits for an answer of a comparison that the other one has lost, and begins anew":
    async () => {
      const latencyMs = 300;
      const stage = new Stage(latencyMs);
      const a = await stage.start();
      const b = await stage.start([a]);
      stage.put(a, "a");
      stage.put(b, "b");
      await stage.cluster.advance(2 * settledMs);
      stage.cluster.join(a, [b]);
      // The question has come to the other one, and its answer is on its way.
      await stage.cluster.advance(1.5 * latencyMs);
      stage.cluster.network.cutOneWay(b.address, a.address);
      stage.cluster.network.mend(b.address, a.address);
      await stage.cluster.advance(latencyMs);
      stage.cluster.join(b, [a]);
      stage.put(a, "later");
      return stage.end(2 * settledMs, ["a", "b", "later"]);
    },

  "what an ended server told only one other, over half a connection, all get": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const ended = await stage.start([a]);
    stage.cluster.network.cutOneWay(a.address, ended.address);
    stage.cluster.network.cut(ended.address, b.address);
    await stage.cluster.advance(defaultLimits.peerLostMs + 10_000);
    stage.put(ended, "late");
    await stage.cluster.advance(settledMs);
    await stage.cluster.crash(ended);
    return stage.end(2 * defaultLimits.peerLostMs, ["late"]);
  },

  "joining by the description of an earlier incarnation harms nothing": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const earlier = await stage.start([a]);
    const later = await stage.replace(earlier, [a]);
    stage.cluster.join(a, [earlier]);
    await stage.cluster.advance(settledMs);
    stage.put(later, "later");
    stage.put(a, "a");
    return stage.end(10_000, ["later", "a"]);
  },

  "a newcomer is given the descriptions of two incarnations of an address": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const earlier = await stage.start([a]);
    const later = await stage.replace(earlier, [a]);
    const newcomer = await stage.start();
    stage.cluster.join(newcomer, [later, a, earlier]);
    await stage.cluster.advance(settledMs);
    stage.put(later, "later");
    stage.put(newcomer, "newcomer");
    return stage.end(10_000, ["later", "newcomer"]);
  },

  "a newcomer is given the description of an earlier incarnation only": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const earlier = await stage.start([a]);
    await stage.replace(earlier, [a]);
    const newcomer = await stage.start([earlier]);
    await stage.untilReady(newcomer, 2 * defaultLimits.peerLostMs);
    const { ready } = newcomer.actors;
    // It has nobody to be in agreement with.
    await stage.cluster.crash(newcomer);
    return ready ? stage.end(2 * defaultLimits.peerLostMs) : "It waits for ever";
  },

  "a first server that starts again, empty and alone, is taken back with all that was there":
    async () => {
      const stage = new Stage();
      const first = await stage.start();
      const second = await stage.start([first]);
      const third = await stage.start([first]);
      for (const [i, server] of [first, second, third].entries()) stage.put(server, `key${i}`);
      await stage.cluster.advance(settledMs);
      const again = await stage.replace(first, []);
      stage.put(again, "again");
      return stage.end(settledMs, ["key0", "key1", "key2", "again"]);
    },

  "a first server that starts again, empty and alone, after it was lost is taken back":
    async () => {
      const stage = new Stage();
      const first = await stage.start();
      const second = await stage.start([first]);
      stage.put(first, "key");
      await stage.cluster.advance(settledMs);
      await stage.cluster.crash(first);
      stage.put(second, "meanwhile");
      await stage.cluster.advance(10 * defaultLimits.peerLostMs);
      await stage.cluster.restart(first, { queryActorCount: 1 });
      return stage.end(settledMs, ["key", "meanwhile"]);
    },

  "who introduces two others loses both connections at that moment": async () => {
    // Of these moments, some are when one or both introductions are on their way.
    for (let cutMs = 60; cutMs <= 240; cutMs += 10) {
      const stage = new Stage();
      const a = await stage.start();
      const b = await stage.start([a]);
      const c = await stage.cluster.start({ queryActorCount: 1, peers: [a] });
      await stage.cluster.advance(cutMs);
      for (const { address } of [b, c]) stage.cluster.network.cut(a.address, address);
      await stage.cluster.advance(settledMs);
      for (const { address } of [b, c]) stage.cluster.network.mend(a.address, address);
      await stage.cluster.advance(settledMs);
      // Only those that know each other can tell each other anything now.
      for (const { address } of [b, c]) stage.cluster.network.cut(a.address, address);
      stage.put(b, "b");
      stage.put(c, "c");
      await stage.cluster.advance(settledMs);
      for (const server of [b, c]) {
        if (server.stores[0].size !== 2) {
          return `Cut after ${cutMs} ms, ${server.address} lacks a key`;
        }
      }
      for (const { address } of [b, c]) stage.cluster.network.mend(a.address, address);
      const difference = await stage.end(10_000, ["b", "c"]);
      if (difference !== undefined) return `Cut after ${cutMs} ms: ${difference}`;
    }
  },

  "a long partition, a restart and a newcomer meanwhile": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const ended = await stage.start([a]);
    for (const { address } of [a, ended]) stage.cluster.network.cut(address, b.address);
    stage.put(ended, "early");
    await stage.cluster.advance(settledMs);
    await stage.replace(ended, [a]);
    await stage.cluster.advance(10 * defaultLimits.peerLostMs);
    await stage.start([b]);
    await stage.cluster.advance(20_000);
    for (const { address } of [a, ended]) stage.cluster.network.mend(address, b.address);
    return stage.end(10_000, ["early"]);
  },

  "a server that stops hands over all that it accepted": async () => {
    const stage = new Stage(1);
    const a = await stage.start([], 2);
    const b = await stage.start([a]);
    for (let i = 0; i < 30; i++) stage.cluster.put(a, 1, `key${i}`, "x".repeat(100_000));
    const tookMs = await stage.cluster.stop(a, defaultLimits.closeDrainMs);
    if (tookMs >= defaultLimits.closeDrainMs) return `It took ${tookMs} ms`;
    await stage.cluster.advance(settledMs);
    const { size } = b.stores[0];
    return size < 30 ? `The other has ${size} of 30 keys` : stage.end(2 * defaultLimits.peerLostMs);
  },

  "the largest value passes a slow link, once": async () => {
    for (const [megabits, bytes, patienceMs] of [[10, 8 * MiB, 10_000], [1, MiB, 12_000]]) {
      const stage = new Stage();
      const a = await stage.start();
      await stage.start([a]);
      stage.cluster.network.bytesPerMs = megabits * megabit;
      stage.put(a, "large", bytes);
      await stage.cluster.advance(500);
      stage.put(a, "small");
      const sent = await stage.bytesWithin(patienceMs);
      if (sent > 1.1 * bytes) return `${sent} bytes were sent for ${bytes}`;
      const difference = await stage.end(0, ["large", "small"]);
      if (difference !== undefined) return difference;
    }
  },

  "a server joins over a slow link": async () => {
    const stage = new Stage();
    const a = await stage.start();
    stage.putMany(a, 40, 100_000);
    stage.cluster.network.bytesPerMs = megabit;
    const b = await stage.cluster.start({ queryActorCount: 1, peers: [a] });
    const sent = await stage.bytesWithin(60_000);
    if (sent > 1.1 * 40 * 100_000) return `${sent} bytes were sent`;
    return b.actors.ready ? stage.end(0) : "It is not ready";
  },

  "more is put for long than messages can hold, and of a hot key": async () => {
    const stage = new Stage();
    const a = await stage.start([], 4);
    const b = await stage.start([a]);
    const hotMs = () => {
      const entry = heldEntries(b.stores[0]).find(({ key }) => key === "hot");
      return Number(new TextDecoder().decode(entry?.value ?? undefined));
    };
    stage.cluster.put(a, 0, "hot", `${stage.cluster.world.nowMs}`);
    await stage.cluster.advance(settledMs);
    let oldestMs = 0;
    for (let i = 0; i < 12; i++) {
      for (const actor of [1, 2, 3]) {
        stage.cluster.put(a, actor, `key${i}/${actor}`, "x".repeat(500_000));
      }
      stage.cluster.put(a, 0, "hot", `${stage.cluster.world.nowMs}`);
      await stage.cluster.advance(defaultLimits.syncPaceMs);
      oldestMs = Math.max(oldestMs, stage.cluster.world.nowMs - hotMs());
    }
    // It waits its turn behind what was put before, and no longer.
    return oldestMs > 3_000 ? `The hot key was ${oldestMs} ms old` : stage.end(10_000);
  },

  "whenever a server with a slow disk crashes, it takes nothing away from others when it is back":
    async () => {
      for (let crashMs = 300; crashMs <= 2_100; crashMs += 100) {
        const stage = new Stage();
        const a = await stage.start();
        const b = await stage.cluster.start({ queryActorCount: 2, peers: [a], medium: [] });
        await stage.cluster.advance(settledMs);
        // Each of its actors has a commit under way when the next entries come.
        b.disk!.writeMs = 300;
        const keys: string[] = [];
        for (let ms = 0; ms < crashMs; ms += 50) {
          keys.push(`a${ms}`);
          stage.put(a, keys.at(-1)!);
          stage.cluster.put(b, 1, `b${ms}`, "x");
          await stage.cluster.advance(50);
        }
        await stage.cluster.crash(b);
        await stage.cluster.advance(settledMs);
        const medium = [...b.disk!.batches];
        const port = Number(b.address.split(":")[1]);
        await stage.cluster.start({ queryActorCount: 2, peers: [a], medium, port });
        const difference = await stage.end(settledMs, keys);
        if (difference !== undefined) return `It crashed after ${crashMs} ms: ${difference}`;
      }
    },
};
