/**
 * Makes the picture of the page that the README shows, from a cluster of four servers that has something to
 * do.
 *
 *     deno task picture
 *
 * @module
 */

import { livePage } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { openHttpPort } from "../support/http_port.ts";
import { openBrowser } from "./browser.ts";
import { withEveryRight } from "./every_right.ts";

await withEveryRight(import.meta.filename!);

const [file] = Deno.args;

const version = "0.2.0";
const http = await openHttpPort({ version, pages: livePage() });
const servers = [await Server.start({ startPort: 6000, queryActorCount: 4, version })];
http.show(servers[0]);
for (const [startPort, simulateLatencyMs] of [[7000, 40], [8000, 80], [9000, 120]]) {
  const remoteDescs = [servers[0].description];
  servers.push(
    await Server.start({ startPort, queryActorCount: 2, simulateLatencyMs, remoteDescs, version }),
  );
}
const clients = servers.map(({ queryAddresses }) => new Client(queryAddresses[0]));

const browser = await openBrowser();
const tab = await browser.newPage({ viewport: { width: 1_200, height: 900 } });
await tab.goto(`http://${http.address}/`);
const people = ["ada", "alan", "barbara", "edsger", "grace", "leslie", "nancy", "radia"];
const prefixes = ["user/", "user/", "user/", "session:", "session:", "job."];
const untilMs = performance.now() + 60_000;
for (let n = 0; performance.now() < untilMs; n++) {
  const key = `${prefixes[n % prefixes.length]}${people[n * 5 % people.length]}`;
  await clients[n % clients.length].put(key, `seen ${n} times`);
  for (let gets = 0; gets < 20 + 15 * Math.sin(n / 40); gets++) await clients[0].get(key);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await tab.screenshot({ path: file });
await browser.close();
for (const client of clients) await client.close();
for (const server of servers) await server.close();
await http.close();
