import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertGreater } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { openHttpPort } from "../support/http_port.ts";
import { missing, testUnless } from "../support/needs.ts";
import { until } from "../support/until.ts";
import { Prometheus } from "./prometheus.ts";

testUnless(
  missing("prometheus"),
  "a Prometheus scrapes two servers under load, and no alert is about them",
  async () => {
    using directory = new TempDirectory();
    const servers = [
      await Server.start({ startPort: 0, queryActorCount: 2, dataDir: directory.path }),
    ];
    servers.push(
      await Server.start({ startPort: 0, queryActorCount: 1, join: [servers[0].address] }),
    );
    const ports = await Promise.all(servers.map(() => openHttpPort()));
    for (const [i, port] of ports.entries()) port.show(servers[i]);
    await using prometheus = new Prometheus(ports.map(({ address }) => address));
    let isOver = false;
    const load = Promise.all(servers.map(async ({ queryAddresses }) => {
      await using client = new Client(queryAddresses);
      for (let n = 0; !isOver; n++) {
        await client.put(`key/${n % 100}`, `value ${n}`);
        await client.get(`key/${n % 100}`);
      }
    }));
    try {
      const seen = (query: string, isSo: (values: number[]) => boolean) =>
        until(query, async () => isSo((await prometheus.ask(query)).map(([, value]) => value)));
      const all = (isSo: (value: number) => boolean) => (values: number[]) =>
        values.length === 2 && values.every(isSo);
      await seen('up{job="cmud"}', all((value) => value === 1));
      await seen("sum by (instance) (rate(cmud_queries_total[10s]))", all((rate) => rate > 10));
      await seen(
        "histogram_quantile(0.5, sum by (instance, le) (rate(cmud_visibility_seconds_bucket[10s])))",
        all((seconds) => seconds > 0 && seconds < 30),
      );
      await seen("cmud_disk_write_seconds_count", ([count]) => count > 0);
      const [, told] = (await prometheus.ask("sum(rate(cmud_peer_told_bytes_total[10s]))"))[0];
      assertGreater(told, 0);
      assertEquals(await prometheus.ask('ALERTS{alertstate="firing"}'), []);
    } finally {
      isOver = true;
      await load;
      for (const port of ports) await port.close();
      for (const server of servers.toReversed()) await server.close();
    }
  },
);
