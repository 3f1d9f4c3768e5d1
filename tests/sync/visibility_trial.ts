import { measureVisibility } from "../../bench/mod.ts";
import { assertGreater, assertLessOrEqual } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { percentile, percentiles } from "../support/percentiles.ts";
import { withSecondChance } from "./second_chance.ts";

const latencyMs = 250;
const localBoundMs = 500;
const remoteBoundMs = 2_000;

/** So large a part of the Puts is in time: other trials run beside on the same cores. */
const inTime = 0.9;

Deno.test("a Put is visible in time at 250 ms latency, with 1, 2 and 4 query actors", async () => {
  // All at the same time: they do little but wait.
  const sizes = [2, 4].flatMap((servers) => [1, 2, 4].map((actors) => [servers, actors]));
  await Promise.all(
    sizes.map(([servers, actors]) => withSecondChance(() => expectVisible(servers, actors))),
  );
});

async function expectVisible(serverCount: number, queryActorCount: number): Promise<void> {
  await using cluster = await Cluster.start(serverCount, {
    queryActorCount,
    simulateLatencyMs: latencyMs,
  });
  await cluster.ready();
  const [{ localMs, remoteMs }] = await measureVisibility(cluster.clients, {
    rounds: 40,
    everyMs: 35,
    timeoutMs: 5 * remoteBoundMs,
  });
  const local = localMs.length > 0 ? `local ${percentiles(localMs)}, ` : "";
  console.log(
    `${serverCount} servers x ${queryActorCount}: ${local}remote ${percentiles(remoteMs)}`,
  );
  if (localMs.length > 0) assertLessOrEqual(percentile(localMs, inTime), localBoundMs);
  assertLessOrEqual(percentile(remoteMs, inTime), remoteBoundMs);
  // Timers may be early by a millisecond.
  assertGreater(Math.min(...remoteMs), latencyMs - 2);
  cluster.expectPace();
}
