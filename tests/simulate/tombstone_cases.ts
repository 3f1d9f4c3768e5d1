import { defaultLimits } from "../../limits.ts";
import { noEntry } from "../../kvserver/store/mod.ts";
import { bytesOf } from "../support/store/stores.ts";
import { settledMs, Stage } from "./stage.ts";

/** Cases of how long tombstones are kept. */
export const tombstoneCases: Record<string, () => Promise<string | undefined>> = {
  "a tombstone is kept until a server that is cut off has seen what it deletes": async () => {
    const stage = new Stage();
    const a = await stage.start();
    const b = await stage.start([a]);
    stage.put(a, "key");
    await stage.cluster.advance(settledMs);
    stage.cluster.network.cut(a.address, b.address);
    stage.cluster.delete(a, 0, "key");
    await stage.cluster.advance(10 * defaultLimits.tellVersionsMs);
    const whileCut = stage.cluster.tombstones();
    stage.cluster.network.mend(a.address, b.address);
    await stage.cluster.advance(10 * defaultLimits.tellVersionsMs);
    if (whileCut === undefined) return "It is removed though the other one has not seen it";
    return stage.cluster.tombstones() ?? await stage.end(settledMs);
  },

  "a Put is later than a tombstone that its server has forgotten, though its clock was set back":
    async () => {
      const stage = new Stage();
      const { cluster } = stage;
      const ahead = await stage.start();
      const other = await stage.start([ahead]);
      ahead.environment.clockSkewMs = 30_000;
      stage.put(ahead, "key");
      await cluster.advance(settledMs);
      cluster.delete(ahead, 0, "key");
      await cluster.advance(3 * defaultLimits.tellVersionsMs);
      ahead.environment.clockSkewMs = 0;
      // The other one keeps it until its clock has come to it: a Put of now would lose to it there, and be dropped.
      const holders = [ahead, other].map(({ stores: [store] }) =>
        store.find(bytesOf("key"), 0, 3) !== noEntry
      );
      stage.put(ahead, "key");
      const difference = await stage.end(20 * settledMs, ["key"]);
      return `${holders}` === "false,true" ? difference : `It is held: ${holders}`;
    },

  "a server that never saw a tombstone writes later than it, once others that forgot it are known":
    async () => {
      const stage = new Stage();
      const { cluster } = stage;
      const ahead = await stage.start();
      const other = await stage.start([ahead]);
      const late = await stage.start();
      const timestampOn = ({ stores: [store] }: typeof ahead) => {
        const n = store.find(bytesOf("key"), 0, 3);
        return n === noEntry ? undefined : store.timestampOf(n);
      };
      for (const { environment } of [ahead, other]) environment.clockSkewMs = 30_000;
      stage.put(ahead, "key");
      await cluster.advance(settledMs);
      cluster.delete(ahead, 0, "key");
      await cluster.advance(10);
      const deletedMs = timestampOn(ahead)!;
      await cluster.advance(3 * defaultLimits.tellVersionsMs);
      const kept = [ahead, other].map(timestampOn);
      cluster.join(late, [other]);
      await cluster.advance(settledMs);
      stage.put(late, "key");
      await cluster.advance(10);
      const lateMs = timestampOn(late)!;
      const difference = await stage.end(20 * settledMs, ["key"]);
      if (kept.some((ms) => ms !== undefined)) return `It is held: ${kept}`;
      return lateMs > deletedMs ? difference : `It is ${deletedMs - lateMs} ms earlier`;
    },

  "a write that only the first replica of a server saw, before another one took its place, holds up no tombstone":
    async () => {
      const stage = new Stage();
      const { cluster } = stage;
      const first = await stage.start();
      const server = await stage.start([first], 2);
      // With two replicas it tells of its writes at once, though nobody is there to be told.
      const late = await stage.start([], 2);
      stage.put(late, "key");
      await cluster.advance(settledMs);
      cluster.join(late, [first]);
      const [own, sibling] = server.stores;
      const isHeldBy = (store: typeof own) => store.find(bytesOf("key"), 0, 3) !== noEntry;
      for (let ms = 0; ms < 5_000 && !isHeldBy(own); ms += 5) {
        // So that the sibling is told what comes a little later, and something is left out of account.
        stage.put(server, "busy");
        await cluster.advance(5);
      }
      cluster.delete(late, 0, "key");
      await cluster.advance(25);
      const isSeenSingly = isHeldBy(own) && !isHeldBy(sibling);
      await cluster.advance(20 * settledMs);
      const kept = cluster.tombstones();
      const difference = await stage.end(settledMs);
      return isSeenSingly ? kept ?? difference : "Both replicas hold the key";
    },
};
