import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";

for (const threads of [1, 2]) {
  Deno.test(`a server says how many keys and tombstones it holds, on ${threads} threads`, async () => {
    using directory = new TempDirectory();
    const options = { startPort: 0, queryActorCount: 2, threads, dataDir: directory.path };
    const server = await Server.start(options);
    const holds = (keys: number, tombstones: number) =>
      until(`there are ${keys} keys and ${tombstones} tombstones`, () => {
        const stats = server.stats();
        return stats.keys === keys && stats.tombstones === tombstones;
      });
    try {
      await holds(0, 0);
      // While it is away what is deleted is kept.
      const other = await Server.start({ ...options, dataDir: undefined, join: [server.address] });
      await until("both know each other", async () => (await server.members()).length === 2);
      await other.close();
      const clients = server.queryAddresses.map((address) => new Client(address));
      try {
        for (const client of clients) await client.put(`key ${clients.indexOf(client)}`, "value");
        await holds(2, 0);
        await clients[1].delete("key 0");
        await holds(1, 1);
        await clients[0].put("short", "lived", { ttlMs: 50 });
        await holds(1, 2);
      } finally {
        for (const client of clients) await client.close();
      }
    } finally {
      await server.close();
    }
    const again = await Server.start(options);
    assertEquals([again.stats().keys, again.stats().tombstones], [1, 2]);
    await again.close();
  });
}
