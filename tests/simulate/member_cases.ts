import { defaultLimits } from "../../limits.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { settledMs, Stage } from "./stage.ts";

/** Cases of who is a member: addresses that another server has taken, servers that are forgotten. */
export const memberCases: Record<string, () => Promise<string | undefined>> = {
  "a server whose address another one has taken is in conflict for those who hear it": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const other = await stage.start();
    stage.cluster.network.redirect(b.address, other.address);
    // Only a connection that is dialed anew leads elsewhere.
    stage.cluster.network.cutOneWay(a.address, b.address);
    stage.cluster.network.mend(a.address, b.address);
    await stage.cluster.advance(settledMs);
    const states = async () =>
      (await stage.membersOf(a)).map(({ address, state }) => `${address} ${state}`).join();
    const taken = await states();
    stage.cluster.network.redirect(b.address, b.address);
    await stage.cluster.advance(settledMs);
    const mended = await states();
    await stage.cluster.crash(other);
    if (taken !== `${a.address} self,${b.address} conflict`) return `It says ${taken}`;
    if (mended !== `${a.address} self,${b.address} up`) return `Mended, it says ${mended}`;
    return stage.end(settledMs);
  },

  "a server is forgotten that is cut off, and greets again when it is not": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const gone = await stage.start([a]);
    for (const { address } of [a, b]) stage.cluster.network.cut(address, gone.address);
    stage.put(gone, "alone");
    await stage.cluster.advance(settledMs);
    if (await stage.forget(a, gone.address) !== true) return "It is not forgotten";
    await stage.cluster.advance(settledMs);
    for (const server of [a, b]) {
      const { length } = await stage.membersOf(server);
      if (length !== 2) return `${server.address} knows ${length} servers`;
    }
    for (const { address } of [a, b]) stage.cluster.network.mend(address, gone.address);
    stage.put(a, "after");
    return stage.end(settledMs, ["alone", "after"]);
  },

  "a server that was forgotten and has nothing to say is a member again when it is reached":
    async () => {
      const stage = new Stage();
      const a = await stage.start();
      const b = await stage.start([a]);
      stage.cluster.network.cut(a.address, b.address);
      await stage.cluster.advance(settledMs);
      if (await stage.forget(a, b.address) !== true) return "It is not forgotten";
      stage.put(a, "meanwhile");
      stage.cluster.network.mend(a.address, b.address);
      await stage.cluster.advance(settledMs);
      const { length } = await stage.membersOf(a);
      return length === 2 ? stage.end(settledMs, ["meanwhile"]) : "It is no member";
    },

  "servers that hold nothing and take the state over in a ring are ready in two seconds":
    async () => {
      const stage = new Stage();
      const ring: SimulatedServer[] = [];
      for (let i = 0; i < 5; i++) {
        ring.push(await stage.cluster.start({ queryActorCount: 2, takesOver: true }));
      }
      ring.forEach((server, i) => stage.cluster.join(server, [ring[(i + 1) % ring.length]]));
      stage.put(ring[3], "meanwhile");
      await stage.cluster.advance(settledMs);
      for (const { address, actors } of ring) {
        if (!actors.ready) return `${address} is not ready`;
      }
      return stage.end(settledMs, ["meanwhile"]);
    },

  "servers that could not reach each other for 90 s when they were introduced meet": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const between = await stage.start([a]);
    const b = await stage.cluster.start({ queryActorCount: 1 });
    stage.cluster.network.cut(a.address, b.address);
    stage.cluster.join(b, [between]);
    await stage.cluster.advance(90_000);
    stage.cluster.network.mend(a.address, b.address);
    await stage.cluster.advance(defaultLimits.unmetPauseMaxMs);
    const { length } = await stage.membersOf(a);
    if (length !== 3) return `It knows ${length} servers`;
    // Nobody passes on what they tell each other.
    await stage.cluster.crash(between);
    stage.put(a, "of one");
    stage.put(b, "of the other");
    return stage.end(2 * defaultLimits.peerLostMs, ["of one", "of the other"]);
  },

  "a server that could not be met and is forgotten meanwhile is met no more": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const between = await stage.start([a]);
    const gone = await stage.cluster.start({ queryActorCount: 1 });
    stage.cluster.network.cut(a.address, gone.address);
    stage.cluster.join(gone, [between]);
    await stage.cluster.advance(settledMs);
    stage.cluster.network.cut(between.address, gone.address);
    await stage.cluster.advance(settledMs);
    if (await stage.forget(between, gone.address) !== true) return "It is not forgotten";
    await stage.cluster.advance(2 * defaultLimits.introductionMs);
    // It would be reached now, and does not say anything itself.
    stage.cluster.network.mend(a.address, gone.address);
    stage.cluster.network.cutOneWay(gone.address, a.address);
    await stage.cluster.advance(2 * defaultLimits.unmetPauseMaxMs);
    const { length } = await stage.membersOf(a);
    await stage.cluster.crash(gone);
    return length === 2 ? stage.end(settledMs) : `It knows ${length} servers`;
  },

  "halves that forgot each other are one cluster again when a server of one joins the other":
    async () => {
      const stage = new Stage();
      const { network } = stage.cluster;
      const a = await stage.start();
      const left = [a, await stage.start([a])];
      const right = [await stage.start([a]), await stage.start([a])];
      for (const { address } of left) for (const it of right) network.cut(address, it.address);
      await stage.cluster.advance(settledMs);
      for (const { address } of right) await stage.forget(a, address);
      for (const { address } of left) await stage.forget(right[0], address);
      await stage.cluster.advance(settledMs);
      for (const { address } of left) for (const it of right) network.mend(address, it.address);
      stage.cluster.join(right[0], [a]);
      await stage.cluster.advance(settledMs);
      const apart = await stage.cluster.apart();
      if (apart !== undefined) return apart;
      // Nobody passes on what the others tell each other.
      await stage.cluster.crash(a);
      stage.put(left[1], "of the left");
      stage.put(right[1], "of the right");
      return stage.end(2 * defaultLimits.peerLostMs, ["of the left", "of the right"]);
    },

  "a server that is forgotten is not met because one names it that was not told": async () => {
    const stage = new Stage();
    const { network } = stage.cluster;
    const a = await stage.start();
    const b = await stage.start([a]);
    network.cut(a.address, b.address);
    const gone = await stage.start([a]);
    stage.cluster.join(gone, [b]);
    await stage.cluster.advance(settledMs);
    for (const { address } of [a, b]) network.cut(address, gone.address);
    await stage.cluster.advance(settledMs);
    if (await stage.forget(a, gone.address) !== true) return "It is not forgotten";
    network.mend(a.address, b.address);
    await stage.cluster.advance(settledMs);
    // It would be reached now, and does not say anything itself.
    network.mend(a.address, gone.address);
    network.cutOneWay(gone.address, a.address);
    await stage.cluster.advance(2 * defaultLimits.unmetPauseMaxMs);
    const { length } = await stage.membersOf(a);
    await stage.cluster.crash(gone);
    return length === 2 ? stage.end(settledMs) : `It knows ${length} servers`;
  },

  "two servers that forgot each other while a third heard both are told by it, and meet":
    async () => {
      const stage = new Stage();
      const { network } = stage.cluster;
      const a = await stage.start();
      const b = await stage.start([a]);
      const between = await stage.start([a]);
      network.cut(a.address, b.address);
      await stage.cluster.advance(settledMs);
      await stage.forget(a, b.address);
      await stage.forget(b, a.address);
      await stage.cluster.advance(settledMs);
      network.mend(a.address, b.address);
      await stage.cluster.advance(defaultLimits.unmetPauseMaxMs);
      const apart = await stage.cluster.apart();
      if (apart !== undefined) return apart;
      await stage.cluster.crash(between);
      stage.put(a, "of one");
      stage.put(b, "of the other");
      return stage.end(2 * defaultLimits.peerLostMs, ["of one", "of the other"]);
    },

  "whoever joins two servers at once that forgot each other brings them together": async () => {
    const stage = new Stage();
    const { network } = stage.cluster;
    const a = await stage.start();
    const b = await stage.start([a]);
    network.cut(a.address, b.address);
    await stage.cluster.advance(settledMs);
    await stage.forget(a, b.address);
    await stage.forget(b, a.address);
    network.mend(a.address, b.address);
    await stage.start([a, b]);
    await stage.cluster.advance(settledMs);
    return await stage.cluster.apart() ?? stage.end(settledMs);
  },

  "a server that is forgotten while it is being met is met no more, though it answers":
    async () => {
      const stage = new Stage();
      const { network } = stage.cluster;
      const a = await stage.start();
      const between = await stage.start([a]);
      const gone = await stage.cluster.start({ queryActorCount: 1 });
      network.cut(a.address, gone.address);
      stage.cluster.join(gone, [between]);
      await stage.cluster.advance(settledMs);
      network.cut(between.address, gone.address);
      await stage.cluster.advance(settledMs);
      if (await stage.forget(between, gone.address) !== true) return "It is not forgotten";
      await stage.cluster.advance(settledMs);
      network.mend(a.address, gone.address);
      network.cutOneWay(gone.address, a.address);
      await stage.cluster.advance(30_000);
      const { length } = await stage.membersOf(a);
      await stage.cluster.crash(gone);
      return length === 2 ? stage.end(settledMs) : `It knows ${length} servers`;
    },

  "who is told of a forgetting and did not know the server passes it on": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const far = await stage.start([a]);
    const gone = await stage.start([a]);
    stage.cluster.network.cut(a.address, far.address);
    await stage.cluster.advance(settledMs);
    await stage.cluster.crash(gone);
    await stage.cluster.advance(settledMs);
    if (await stage.forget(a, gone.address) !== true) return "It is not forgotten";
    const between = await stage.start([a]);
    stage.cluster.join(between, [far]);
    await stage.cluster.advance(settledMs);
    const known = (await stage.membersOf(far)).some(({ address }) => address === gone.address);
    stage.cluster.network.mend(a.address, far.address);
    return known ? "It is still known" : stage.end(settledMs);
  },

  "who knows a later incarnation of a server that another one forgets keeps it": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    const gone = await stage.start([a]);
    stage.cluster.network.cut(a.address, b.address);
    stage.cluster.network.cut(a.address, gone.address);
    await stage.cluster.advance(settledMs);
    const again = await stage.replace(gone, [b]);
    stage.put(again, "again");
    await stage.cluster.advance(settledMs);
    // It is down when the other one is told.
    stage.cluster.network.cut(b.address, gone.address);
    await stage.cluster.advance(settledMs);
    await stage.forget(a, gone.address);
    stage.cluster.network.mend(a.address, b.address);
    await stage.cluster.advance(settledMs);
    const states = (await stage.membersOf(b)).map(({ state }) => state).join();
    for (const { address } of [a, b]) stage.cluster.network.mend(address, gone.address);
    if (states !== "self,up,down") return `It says ${states}`;
    return stage.end(settledMs, ["again"]);
  },

  "two servers whose addresses led elsewhere for a while meet again": async () => {
    const stage = new Stage();
    const { network } = stage.cluster;
    const a = await stage.start();
    const b = await stage.start([a]);
    // As with a wrong entry of the names of all in one place.
    network.redirect(a.address, b.address);
    network.redirect(b.address, a.address);
    network.cut(a.address, b.address);
    network.mend(a.address, b.address);
    await stage.cluster.advance(settledMs);
    for (const { address } of [a, b]) network.redirect(address, address);
    await stage.cluster.advance(2 * defaultLimits.unmetPauseMinMs);
    const apart = await stage.cluster.apart();
    if (apart !== undefined) return apart;
    stage.put(a, "of one");
    stage.put(b, "of the other");
    return stage.end(2 * defaultLimits.peerLostMs, ["of one", "of the other"]);
  },

  "a server that started again and again, and knows nobody, is taken back": async () => {
    for (let lifeMs = 20; lifeMs <= 200; lifeMs += 20) {
      const stage = new Stage();
      let first = await stage.start();
      await stage.start([first]);
      for (let life = 0; life < 20; life++) {
        await stage.cluster.crash(first);
        first = await stage.cluster.restart(first, { queryActorCount: 1 });
        await stage.cluster.advance(lifeMs + 7 * life);
      }
      await stage.cluster.advance(defaultLimits.unmetPauseMaxMs);
      const apart = await stage.cluster.apart();
      if (apart !== undefined) return `With lives of ${lifeMs} ms: ${apart}`;
      const wrong = await stage.end(settledMs);
      if (wrong !== undefined) return `With lives of ${lifeMs} ms: ${wrong}`;
    }
  },

  "those who remember an incarnation that has ended do not tell each other of it": async () => {
    const stage = new Stage();
    const a = await stage.start();
    await stage.start([a]);
    const earlier = await stage.start([a]);
    // Nobody comes to know the later incarnation, which would show that the earlier one is over.
    const later = await stage.replace(earlier, []);
    stage.cluster.join(a, [earlier]);
    await stage.cluster.advance(settledMs);
    await stage.cluster.crash(later);
    return stage.end(2 * defaultLimits.peerLostMs);
  },
};
