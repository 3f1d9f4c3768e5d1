/**
 * Three servers that are far apart, on one machine: every message between them takes 150 ms.
 *
 *     deno run --allow-net=127.0.0.1 examples/geo/main.ts
 *
 * A Put in Pittsburgh is answered at once, and seen in Lisbon and Osaka when it has travelled.
 *
 * @module
 */

import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";

const oneWayMs = 150;
const cities = ["Pittsburgh", "Lisbon", "Osaka"];

const servers: Server[] = [];
for (const _ of cities) {
  servers.push(
    await Server.start({
      startPort: 0,
      queryActorCount: 2,
      simulateLatencyMs: oneWayMs,
      // The first is enough: it tells the others of one another.
      remoteDescs: servers.slice(0, 1).map(({ description }) => description),
    }),
  );
}
const clients = servers.map((server) => new Client(new FixedRouter(server.queryAddresses[1])));
const key = "greeting";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
while (!servers.every((server) => server.stats().ready)) await pause(20);
await pause(4 * oneWayMs); // The last two have heard of each other by then.

const startMs = performance.now();
const elapsed = () => `${Math.round(performance.now() - startMs)} ms`;
await clients[0].put(key, "hello from Pittsburgh");
console.log(`${cities[0]}: put, and answered after ${elapsed()}`);
await Promise.all(clients.map(async (client, i) => {
  let value;
  while ((value = await client.get(key)) === undefined) await pause(5);
  console.log(`${cities[i]}: "${value}" seen after ${elapsed()}`);
}));

await Promise.all(clients.map((client) => client.close()));
await Promise.all(servers.map((server) => server.close()));
