import { assertEquals, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { until } from "../support/until.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { serve } from "./serving.ts";

Deno.test("a stop that no other server has all of says how much, and one that has is no fault", async () => {
  const first = await serve();
  const second = await serve({ join: [first.server.address] });
  await first.client.put("early", "1");
  await until("it is there", async () => await second.client.get("early") === "1");
  // Its own Puts are on the other one.
  await second[Symbol.asyncDispose]();
  for (let i = 0; i < 20; i++) await first.client.put(`key${i}`, "1");
  assertEquals(await first.server.close(), { undelivered: 20 });
  await first.client.close();
});

Deno.test("a server process that could not pass on what it took ends with 70, and says so", async () => {
  const other = await startServerProcess();
  const server = await startServerProcess(["--join", other.ready.address]);
  const alone = await startServerProcess();
  const [address] = server.ready.queryAddresses;
  assertEquals((await server.nextEvent()).event, "synced");
  assertEquals(await other.end("SIGKILL"), 137);
  for (const to of [address, alone.ready.queryAddresses[0]]) {
    const client = new Client(new FixedRouter(to));
    await client.put("key", "1");
    await client.close();
  }
  const { code, stderr } = await server.stop();
  assertEquals(code, 70);
  assertStringIncludes(stderr, "At least 1 acknowledged Put reached no other server");
  // In memory, with nobody else there, everything ends with the server; that is no fault of the stop.
  assertEquals((await alone.stop()).code, 0);
});
