import { assertEquals, assertMatch } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { atPace } from "../support/until.ts";

const everyMs = 50;
const roundCount = 60;
// The 2 s of the design are asserted in virtual time: here other programs may have the processors.
const boundMs = 20_000;

Deno.test("replicas are equal soon after Puts every 50 ms on 16 actors, at 250 ms latency", async () => {
  // From the first moment on, while the servers still get to know each other.
  await using cluster = await Cluster.start(4, { queryActorCount: 4, simulateLatencyMs: 250 });
  const expected = new Map<string, string>();
  const actors = cluster.clients.flat();
  await Promise.all(actors.map((client, actor) =>
    atPace(roundCount, everyMs, (round) => {
      // Some keys are put by all actors at the same time.
      const [key, value] = round % 3 === 0
        ? [`shared/${round % 10}`, `${round} by ${actor}`]
        : [`own/${actor}/${round % 50}`, `${round}`];
      expected.set(key, value);
      return client.put(key, value);
    })
  ));
  const { entries, tookMs } = await cluster.agree({ timeoutMs: boundMs });
  console.log(`16 actors, a Put every ${everyMs} ms on each: equal after ${Math.round(tookMs)} ms`);
  assertEquals(entries.size, expected.size);
  for (const [key, value] of entries) {
    if (key.startsWith("own/")) assertEquals(value, expected.get(key));
    // Of the last round, by whichever actor.
    else assertMatch(value, new RegExp(`^${Number.parseInt(expected.get(key)!)} by `));
  }
  cluster.expectPace();
});
