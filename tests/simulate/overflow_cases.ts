import { defaultLimits } from "../../limits.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { smallOutbox } from "./checked_cluster.ts";
import { megabit, Stage } from "./stage.ts";

const MiB = 1024 * 1024;

/** So much more than it is, all may take that is sent. */
const tolerance = 1.3;

/** Cases in which more waits for a peer than may. */
export const overflowCases: Record<string, () => Promise<string | undefined>> = {
  "what overflows while a peer is cut off is sent once, and nothing that it has": () =>
    overflow(({ network }, a, b) => {
      network.cut(a.address, b.address);
      return () => network.mend(a.address, b.address);
    }),

  "what overflows while more is put than a link carries is sent once, and nothing that the peer has":
    () =>
      overflow(({ network }) => {
        network.bytesPerMs = 50 * megabit;
        return () => {};
      }),

  "whenever too much waits for a peer while both compare, nothing is lost": async () => {
    for (let ms = 17_500; ms <= 18_500; ms += 250) {
      const stage = new Stage(100, smallOutbox);
      const { cluster } = stage;
      const a = await stage.start();
      const b = await stage.start([a]);
      const putMany = (name: string, count: number) => {
        for (let i = 0; i < count; i++) stage.put(a, `${name}${i}`, 400_000);
      };
      cluster.network.bytesPerMs = 4 * megabit;
      cluster.network.cut(a.address, b.address);
      for (let i = 0; i < 20; i++) {
        stage.put(a, `key${i}`, i < 12 ? 400_000 : 300_000);
        await cluster.advance(10);
      }
      cluster.network.mend(a.address, b.address);
      // The last of what the comparison has found waits behind this when more comes.
      await cluster.advance(13_560);
      putMany("before", 2);
      await cluster.advance(ms - 13_560);
      putMany("more", 14);
      const difference = await stage.end(40_000);
      if (difference !== undefined) return `More was put after ${ms} ms: ${difference}`;
    }
  },
};

/**
 * More is put than may wait for a peer that has something already.
 *
 * @param hinder has it wait @returns what ends that
 */
async function overflow(
  hinder: (cluster: Stage["cluster"], a: SimulatedServer, b: SimulatedServer) => () => void,
): Promise<string | undefined> {
  const stage = new Stage();
  const { network } = stage.cluster;
  const bytes = 8 * MiB;
  const a = await stage.start();
  for (let i = 0; i < 4; i++) stage.put(a, `held${i}`, bytes);
  const b = await stage.start([a]);
  const before = network.bytesSent;
  const mend = hinder(stage.cluster, a, b);
  const count = defaultLimits.outboxBytesMax / bytes + 3;
  for (let i = 0; i < count; i++) {
    stage.put(a, `key${i}`, bytes);
    await stage.cluster.advance(200);
  }
  mend();
  const { overflows } = a.actors.stats();
  await stage.cluster.advance(10_000 + tolerance * count * bytes / network.bytesPerMs);
  const sent = network.bytesSent - before;
  const wrong = await stage.end(0);
  if (overflows === 0) return "Nothing has overflowed";
  return wrong ??
    (sent > tolerance * count * bytes ? `${sent} bytes were sent for ${count * bytes}` : undefined);
}
