import { Client, type ClientTarget, FixedRouter, type QueryRouter } from "../../kvclient/mod.ts";
import { routerTo } from "../../kvclient/target.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "../deps.ts";

Deno.test("Client() throws TypeError when an address of its target is bad", () => {
  const bad: unknown[] = ["", "host", "host:port", "127.0.0.1:0", "host:65536", ["a:1", "b"], [1]];
  for (const target of [...bad, undefined, null, 6001, {}]) {
    assertThrows(() => new Client(target as ClientTarget), TypeError, "Cannot");
  }
});

Deno.test("Client() throws RangeError when its target is a list of no address", () => {
  assertThrows(() => new Client([]), RangeError, "Cannot route to no address");
});

Deno.test("a client of one address asks that one", () => {
  const router = routerTo("[::1]:6001");
  assertEquals([router.nextAddr(), router.nextAddr()], ["[::1]:6001", "[::1]:6001"]);
});

Deno.test("a client of several addresses stays with one until a call there fails, then takes the next", () => {
  const router = routerTo(["a:1", "b:2"] as const);
  const fail = () => router.reportFailure?.(router.nextAddr());
  assertEquals([router.nextAddr(), router.nextAddr()], ["a:1", "a:1"]);
  fail();
  assertEquals([router.nextAddr(), router.nextAddr()], ["b:2", "b:2"]);
  fail();
  assertEquals(router.nextAddr(), "a:1");
});

Deno.test("a client of a router asks that router", () => {
  const routers: QueryRouter[] = [new FixedRouter("a:1"), { nextAddr: () => "b:2" }];
  for (const router of routers) assertStrictEquals(routerTo(router), router);
});

Deno.test("await using closes a client at the end of its block", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  let left: Client;
  {
    await using client = new Client(server.queryAddresses);
    left = client;
    await client.put("k", "v");
    assertEquals(await client.get("k"), "v");
  }
  await assertRejects(() => left.get("k"), Error, "the client is closed");
  await server.close();
});
