import { Cluster } from "./cluster.ts";
import { Proxy } from "./proxy.ts";
import { atPace, sleep } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

const putCount = 1_000;
const cutMs = 5_000;
const boundMs = 3_000;

Deno.test("no entry is lost when the connections between two servers are broken for 5 s", async () => {
  // Two clusters at once: each has four threads, and a bound for when they are equal.
  await Promise.all([
    expectNothingLost("ended", (proxy) => proxy.cut()),
    expectNothingLost("stalled", (proxy) => proxy.stall()),
  ]);
  await Promise.all([
    expectNothingLost("ended at 250 ms latency", (proxy) => proxy.cut(), undefined, 250),
    expectNothingLost("stalled at 250 ms latency", (proxy) => proxy.stall(), undefined, 250),
  ]);
  await expectNothingLost(
    "stalled, then ended",
    (proxy) => proxy.stall(),
    (proxy) => proxy.cut(),
  );
});

async function expectNothingLost(
  name: string,
  breakIt: (proxy: Proxy) => void,
  beforeItIsBack: (proxy: Proxy) => void = () => {},
  simulateLatencyMs = 0,
): Promise<void> {
  await using proxies = new AsyncDisposableStack();
  const ways = [proxies.use(new Proxy()), proxies.use(new Proxy())];
  await using cluster = new Cluster();
  for (const way of ways) {
    const transport = new WireTap();
    await cluster.add({
      queryActorCount: 2,
      transport,
      advertise: way.address,
      simulateLatencyMs,
    });
    way.target = transport.listening[0];
  }
  await cluster.ready();
  const expected = new Map<string, string>();
  // They go on while the connections break, and while they come back.
  const putting = Promise.all(
    cluster.clients.map(([client], server) =>
      atPace(putCount, (cutMs + 1_000) / putCount, (i) => {
        const [key, value] = [`cut/${server}/${i}`, `${i}`];
        expected.set(key, value);
        return client.put(key, value);
      })
    ),
  );
  await sleep(500);
  for (const way of ways) breakIt(way);
  await sleep(cutMs);
  for (const way of ways) beforeItIsBack(way);
  for (const way of ways) way.mend();
  const backMs = performance.now();
  await putting;
  const restMs = boundMs - (performance.now() - backMs);
  await cluster.converge(expected, { timeoutMs: restMs, prefix: "cut/" });
  console.log(`${name}: equal ${Math.round(performance.now() - backMs)} ms after it was back`);
  cluster.expectPace();
}
