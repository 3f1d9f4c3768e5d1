import {
  FixedRouter,
  NearestRouter,
  PinnedRouter,
  RandomRouter,
  RoundRobinRouter,
} from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";

const addresses = ["a:1", "b:2", "c:3"];

Deno.test("FixedRouter names its address every time", () => {
  const router = new FixedRouter("a:1");
  assertEquals([router.nextAddr(), router.nextAddr()], ["a:1", "a:1"]);
});

Deno.test("RoundRobinRouter names each address in turn", () => {
  const router = new RoundRobinRouter(addresses);
  assertEquals(Array.from({ length: 7 }, () => router.nextAddr()), [
    ...addresses,
    ...addresses,
    "a:1",
  ]);
});

Deno.test("PinnedRouter keeps what another router named, until it fails", () => {
  const reports: string[] = [];
  const inner = Object.assign(new RoundRobinRouter(addresses), {
    reportFailure: (address: string) => void reports.push(address),
  });
  const router = new PinnedRouter(inner);
  assertEquals([router.nextAddr(), router.nextAddr()], ["a:1", "a:1"]);
  router.reportFailure("c:3");
  assertEquals(router.nextAddr(), "a:1");
  router.reportFailure("a:1");
  assertEquals([router.nextAddr(), router.nextAddr()], ["b:2", "b:2"]);
  // Calls that failed together report one by one: only the first is about the pinned address.
  router.reportFailure("a:1");
  assertEquals(router.nextAddr(), "b:2");
  assertEquals(reports, ["c:3", "a:1", "a:1"]);
});

Deno.test("RandomRouter names every address equally often", () => {
  const router = new RandomRouter(addresses, new Prng(11));
  const counts = new Map(addresses.map((address) => [address, 0]));
  const draws = 30_000;
  let repeats = 0;
  for (let i = 0, last = ""; i < draws; i++) {
    const address = router.nextAddr();
    counts.set(address, counts.get(address)! + 1);
    if (address === last) repeats++;
    last = address;
  }
  // Five standard deviations; the seed is fixed.
  for (const count of [...counts.values(), repeats]) assertLess(Math.abs(count - draws / 3), 410);
});

Deno.test("RandomRouter chooses alike when what it draws is alike", () => {
  const choices = (seed: number) => {
    const router = new RandomRouter(addresses, new Prng(seed));
    return Array.from({ length: 20 }, () => router.nextAddr()).join();
  };
  assertEquals(choices(1), choices(1));
  assert(choices(1) !== choices(2));
});

Deno.test("RandomRouter draws of its own when it is given nothing", () => {
  const router = new RandomRouter(addresses);
  for (let i = 0; i < 100; i++) assert(addresses.includes(router.nextAddr()));
});

Deno.test("a router refuses to be made when there is no address", async () => {
  assertThrows(() => new RoundRobinRouter([]), RangeError, "no address");
  assertThrows(() => new RandomRouter([]), RangeError, "no address");
  await assertRejects(() => NearestRouter.start([]), RangeError, "no address");
});

Deno.test("a router keeps its addresses when the list is changed afterwards", () => {
  const list = ["a:1"];
  const routers = [new RoundRobinRouter(list), new RandomRouter(list)];
  list[0] = "changed:1";
  list.push("added:1");
  for (const router of routers) {
    for (let i = 0; i < 5; i++) assertEquals(router.nextAddr(), "a:1");
  }
});
