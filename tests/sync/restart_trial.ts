import type { Server, ServerOptions } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { Proxy } from "./proxy.ts";
import { until } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

Deno.test("a server that starts again on its old address is given the state like any other", async () => {
  // The proxy keeps the address, where the machine could give the port away meanwhile.
  await using way = new Proxy();
  await using cluster = await Cluster.start(2);
  const first = await startBehind(way, cluster);
  await cluster.ready();
  const [[a], [b], [c]] = cluster.clients;
  const expected = new Map([["by a", "1"], ["by b", "2"], ["by c, in its first incarnation", "3"]]);
  await Promise.all([a, b, c].map((client, i) => client.put(...[...expected][i])));
  await cluster.converge(expected, { prefix: "by " });

  await cluster.remove(first);
  await a.put("by a, while c was away", "4");
  expected.set("by a, while c was away", "4");
  const second = await startBehind(way, cluster);
  assertEquals(second.address, first.address);
  // It joins a; b learns of it from a, and takes it for another server.
  const [, , [again]] = cluster.clients;
  await again.put("by c, in its second incarnation", "5");
  await b.put("by b, late", "6");
  expected.set("by c, in its second incarnation", "5").set("by b, late", "6");
  const tookMs = await cluster.converge(expected, { prefix: "by " });
  console.log(`started again: equal after ${Math.round(tookMs)} ms`);
  await until("it is ready", () => second.stats().ready);
  cluster.expectPace();
});

Deno.test("what a server that is gone had sent to some, these hand on to the others", async () => {
  await using proxies = new AsyncDisposableStack();
  const wayToLone = proxies.use(new Proxy());
  const wayToGone = proxies.use(new Proxy());
  await using cluster = await Cluster.start(1);
  await startBehind(wayToLone, cluster);
  const gone = await startBehind(wayToGone, cluster);
  await cluster.ready();
  const [[heir], [lone], [dying]] = cluster.clients;
  wayToLone.cut();
  await dying.put("legacy", "value");
  await until("one has it", async () => await heir.get("legacy") === "value");
  await cluster.remove(gone);
  // Another server has the address now, and knows nobody.
  await startBehind(wayToGone, cluster, { remoteDescs: [] });
  wayToLone.mend();
  await until("the other has it", async () => await lone.get("legacy") === "value");
});

async function startBehind(
  way: Proxy,
  cluster: Cluster,
  options: ServerOptions = {},
): Promise<Server> {
  const transport = new WireTap();
  const server = await cluster.add({ ...options, transport, advertise: way.address });
  way.target = transport.listening[0];
  return server;
}
