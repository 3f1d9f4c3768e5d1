import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";

const options = { startPort: 0, queryActorCount: 1, log: silentLogger } as const;

Deno.test("a server that stops answers what it was asked, and refuses what comes then", async () => {
  using directory = new TempDirectory();
  const dataDir = directory.path;
  // The replies to these wait for the disk.
  const server = await Server.start({ ...options, dataDir, durability: "strict" });
  using socket = await RawSocket.connect(server.queryAddresses[0]);
  await socket.ask("Ping");
  const puts = Array.from({ length: 200 }, (_, i) => requestFrame(i, "Put", [`key ${i}`, "v"]));
  for (const put of puts.slice(0, 100)) await socket.send(put);
  const closed = server.close();
  for (const put of puts.slice(100)) await socket.send(put);
  const refused = new Set<number>();
  for (let count = 0; count < puts.length; count++) {
    const [, msgid, error] = await socket.reply();
    if (error === null) continue;
    assertEquals(error[0], "unavailable");
    assertMatch(error[1], /it is stopping, allowed are others/);
    refused.add(msgid);
  }
  assertEquals(await socket.frame(), null);
  await closed;
  // What was refused had no effect, and what was not has one.
  const again = await Server.start({ ...options, dataDir });
  {
    await using client = new Client(again.queryAddresses[0]);
    const kept = await client.list("key ");
    const expected = puts.keys().filter((i) => !refused.has(i)).map((i) => `key ${i}`);
    assertEquals([...kept.keys()].sort(), [...expected].sort());
  }
  await again.close();
  assertEquals(refused.has(199), true);
});

Deno.test("a server that stops waits for nobody who has asked nothing", async () => {
  const server = await Server.start(options);
  using socket = await RawSocket.connect(server.queryAddresses[0]);
  await socket.send(requestFrame(1, "Ping", []).subarray(0, 3));
  await server.close();
  assertEquals(await socket.frame().catch(() => null), null);
});
