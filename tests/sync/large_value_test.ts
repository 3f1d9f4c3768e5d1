import { wireLimits } from "../../limits.ts";
import { Cluster } from "./cluster.ts";
import { Proxy } from "./proxy.ts";
import { sleep } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

Deno.test("a slow link takes the largest values and loses none", async () => {
  await using way = new Proxy();
  await using cluster = new Cluster();
  const transport = new WireTap();
  await cluster.add();
  await cluster.add({ transport, advertise: way.address });
  way.target = transport.listening[0];
  await cluster.ready();

  way.stall();
  const expected = new Map<string, string>();
  for (let i = 0; i < 4; i++) {
    const value = `${i}`.repeat(wireLimits.valueBytesMax);
    await cluster.clients[0][0].put(`large/${i}`, value);
    await cluster.clients[0][0].put(`small/${i}`, `${i}`);
    expected.set(`large/${i}`, value).set(`small/${i}`, `${i}`);
    // So that each has a message of its own.
    await sleep(150);
  }
  way.mend();
  for (const [key, value] of expected) {
    await cluster.converge(new Map([[key, value]]), { prefix: key });
  }
});
