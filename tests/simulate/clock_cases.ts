import { defaultLimits, withLimits } from "../../limits.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { messageOf } from "../support/store/stores.ts";
import { entry, Liar } from "./liar.ts";
import { withoutComparisons } from "./checked_cluster.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { settledMs, Stage } from "./stage.ts";

/** What is more than a minute ahead is refused, and what is a little less is sent with care. */
const aMinuteAhead = withLimits({
  ...withoutComparisons,
  timestampMaxAheadMs: 60_000,
  timestampMarginMs: 10_000,
});

function keysOf({ stores }: SimulatedServer): string[] {
  return heldEntries(stores[0]).map(({ key }) => key);
}

/** What clocks that are wrong must not do to others. */
export const clockCases: Record<string, () => Promise<string | undefined>> = {
  "an entry of a clock that ran far ahead holds nothing else up, and comes in its time":
    async () => {
      const stage = new Stage(20, aMinuteAhead);
      const a = await stage.start();
      const b = await stage.start([a]);
      stage.put(a, "before");
      await stage.cluster.advance(200);
      a.environment.clockSkewMs = 100_000;
      stage.put(a, "ahead");
      for (let i = 0; i < 5; i++) stage.put(a, `with${i}`);
      await stage.cluster.advance(settledMs);
      a.environment.clockSkewMs = 0;
      for (let i = 0; i < 20; i++) stage.put(a, `after${i}`);
      await stage.cluster.advance(4_000);
      const newcomer = await stage.start([a]);
      const held = keysOf(b);
      for (const key of ["before", "after0", "after19"]) {
        if (!held.includes(key)) return `b lacks ${key}`;
      }
      if (held.includes("ahead")) return "b has taken what is far ahead";
      if (!newcomer.actors.ready) return "A newcomer waits for what is far ahead";
      await stage.cluster.advance(60_000);
      return stage.end(settledMs, ["ahead", "with4"]);
    },

  "what one server accepts it can pass on, as soon as the other one's clock allows it":
    async () => {
      for (const clockSkewMs of [0, 5_000, -3_000]) {
        const stage = new Stage(20, aMinuteAhead);
        const a = await stage.start();
        const b = await stage.start([a]);
        const liar = new Liar(stage, b);
        await stage.cluster.advance(settledMs);
        const timestamp = b.environment.now() + 60_000;
        liar.tellPeer({ entries: messageOf([entry({ timestamp }), entry({ key: "near" })]) });
        await stage.cluster.advance(200);
        stage.cluster.network.crash("liar:1");
        // It wins against what it is told of the same key, and so is as late.
        stage.put(b, "lie");
        await stage.cluster.advance(300);
        if (!keysOf(a).includes("lie")) return "What is put on top of it does not reach a";
        const c = await stage.cluster.start({ queryActorCount: 1, peers: [b], clockSkewMs });
        const isBehind = clockSkewMs < 0;
        await stage.cluster.advance(isBehind ? -clockSkewMs - 1_000 : 1_000);
        const held = keysOf(c);
        if (!held.includes("near")) return `A newcomer ${clockSkewMs} ms ahead waits for the rest`;
        if (held.includes("lie") === isBehind) {
          return `A newcomer ${clockSkewMs} ms ahead has ${isBehind ? "" : "not "}taken it`;
        }
        await stage.cluster.advance(settledMs);
        if (!keysOf(c).includes("lie")) return `A newcomer ${clockSkewMs} ms ahead waits too long`;
        // Nor is it sent to anyone who refuses it.
        const refused = [a, b, c].find(({ system }) => system.stats().refusedMessages > 0);
        if (refused !== undefined) return `${refused.address} refuses, ${clockSkewMs} ms ahead`;
        await stage.cluster.advance(2 * defaultLimits.peerLostMs);
        const wrong = await stage.end(settledMs, ["lie", "near"]);
        if (wrong !== undefined) return wrong;
      }
    },

  "a clock that is set back after the greeting delays what is far ahead, and nothing else":
    async () => {
      const stage = new Stage(20, aMinuteAhead);
      const a = await stage.start();
      const b = await stage.start([a]);
      a.environment.clockSkewMs = 58_000;
      stage.put(a, "ahead");
      await stage.cluster.advance(50);
      b.environment.clockSkewMs = -20_000;
      stage.put(a, "further");
      await stage.cluster.advance(settledMs);
      a.environment.clockSkewMs = 0;
      for (let i = 0; i < 20; i++) stage.put(a, `after${i}`);
      await stage.cluster.advance(settledMs);
      const held = keysOf(b);
      for (const key of ["after0", "after19"]) if (!held.includes(key)) return `b lacks ${key}`;
      if (held.includes("further")) return "b has taken what is far ahead";
      // Once it was refused, its sender knows what the clock of the other one shows.
      const { refusedMessages } = b.system.stats();
      if (refusedMessages !== 1) return `b refused ${refusedMessages} messages`;
      await stage.cluster.advance(30_000);
      return stage.end(settledMs, ["ahead", "further"]);
    },

  "a clock that was far ahead for a while takes nothing away for good": async () => {
    const stage = new Stage(100);
    const a = await stage.start();
    const b = await stage.start([a]);
    stage.cluster.put(a, 0, "key", "value", { ttlMs: 3_600_000 });
    await stage.cluster.advance(settledMs);
    const counts = () => [a, b].map(({ stores: [store] }) => store.size).join();
    b.environment.clockSkewMs = 10 * 3_600_000;
    await stage.cluster.advance(settledMs);
    const whileAhead = counts();
    b.environment.clockSkewMs = 0;
    await stage.cluster.advance(settledMs);
    const after = counts();
    if (whileAhead !== "1,0") return `While it is ahead they count ${whileAhead}`;
    if (after !== "1,1") return `Afterwards they count ${after}`;
    return stage.end(0, ["key"]);
  },
};
