import { refusalOfCluster } from "../../actor/hello.ts";
import type { ActorRef } from "../../actor/mod.ts";
import { describeServer } from "../../kvserver/join/description.ts";
import { Discovery } from "../../kvserver/join/discovery.ts";
import { ownAddresses } from "../../kvserver/join/own_addresses.ts";
import { JoinError } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { ConnectionError, TimeoutError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "../deps.ts";
import { lineLogger } from "../support/memory_log.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

const { describeTimeoutMs, joinRetryMaxMs, rejoinFirstMs, rejoinMaxMs } = defaultLimits;

/** How a system port answers `Describe`: with a result, with a refusal's code, or not at all. */
type Manner = { result: unknown } | { refusal: string } | "silent";

const starting: Manner = { refusal: "unavailable" };

/** System ports that answer as they are told to, and a discovery that may ask them. */
function setUp(world: SimulatedWorld, manners: readonly Manner[], own: readonly string[] = []) {
  const network = new MemoryNetwork(world);
  const environment = world.environment();
  const logged: string[] = [];
  const joined: ActorRef[] = [];
  const seeds = manners.map((manner, i) => {
    const server = new ScriptedServer(network, 6000, "abcdef"[i]);
    const syncActor = { address: server.address, incarnation: `${i}`.repeat(16), counter: 1 };
    const seed = { server, syncActor, manner, address: server.address, asked: () => asked };
    let asked = 0;
    server.onRequest = (request) => {
      asked++;
      if (seed.manner === "silent") return;
      if ("result" in seed.manner) server.reply(request, seed.manner.result);
      else server.refuse(request, seed.manner.refusal, "not now");
    };
    return seed;
  });
  const discovery = new Discovery({
    cluster: "cmud",
    own,
    dialer: network,
    environment,
    log: lineLogger((line) => logged.push(line)),
  });
  const addresses = seeds.map(({ address }) => address);
  const keepAsking = () => discovery.keepAsking((syncActor) => joined.push(syncActor));
  const close = async () => {
    await world.complete(discovery.close());
    for (const { server } of seeds) server.close();
  };
  return { network, seeds, addresses, discovery, keepAsking, logged, joined, close };
}

function running({ syncActor }: { syncActor: ActorRef }): Manner {
  return { result: describeServer(syncActor, []) };
}

testInWorld("find() fails when nobody answers at any named address", async (world) => {
  const { network, addresses, discovery, close } = setUp(world, ["silent", "silent"]);
  for (const address of addresses) network.at(address).reachability = "refuses";
  const refused = assertRejects(() => discovery.find(addresses), ConnectionError);
  await world.complete(refused);
  network.at(addresses[0]).reachability = "answers";
  await world.complete(assertRejects(() => discovery.find([addresses[0]]), TimeoutError));
  assertEquals(world.nowMs, describeTimeoutMs);
  await close();
});

testInWorld("find() waits, less and less often, for one that is still starting", async (world) => {
  const { seeds: [seed], addresses, discovery, logged, close } = setUp(world, [starting]);
  const finding = discovery.find(addresses);
  await world.advance(20 * joinRetryMaxMs);
  const asked = seed.asked();
  assertLess(asked, 20 * 2 + 10);
  assert(asked >= 20);
  assertEquals(logged, ["Cannot join a:6000 yet: it is still starting; it is asked again"]);
  seed.manner = running(seed);
  assertEquals(await world.complete(finding), [seed.syncActor]);
  await close();
});

testInWorld(
  "find() is done when one answers; the others are asked until they do",
  async (world) => {
    const { seeds, addresses, discovery, keepAsking, logged, joined, close, network } = setUp(
      world,
      [starting, starting, starting],
    );
    const [here, late, away] = seeds;
    here.manner = running(here);
    network.at(away.address).reachability = "refuses";
    assertEquals(await world.complete(discovery.find(addresses)), [here.syncActor]);
    assertEquals(logged, [
      "Cannot join b:6000 yet: it is still starting; it is asked again",
      "Cannot join c:6000 yet: nobody answers there; it is asked again",
    ]);
    keepAsking();
    await world.advance(10 * joinRetryMaxMs);
    assertEquals(joined, []);
    late.manner = running(late);
    away.manner = running(away);
    network.at(away.address).reachability = "answers";
    await world.advance(joinRetryMaxMs);
    assertEquals(joined.map(({ address }) => address).sort(), [late.address, away.address]);
    const asked = seeds.map(({ asked }) => asked());
    await world.advance(100 * joinRetryMaxMs);
    assertEquals(seeds.map(({ asked }) => asked()), asked);
    assertEquals(logged.length, 2);
    await close();
  },
);

/** What no server of this version answers. */
const mismatches: [name: string, manner: Manner][] = [
  ["a description of another version", { result: '{"cmud":2}' }],
  ["a malformed description", { result: '{"cmud":1,"address":"a:0"}' }],
  ["nil", { result: null }],
  ["a number", { result: 7 }],
  ["a map", { result: { cmud: 1 } }],
  ["unknown_method", { refusal: "unknown_method" }],
  ["bad_request", { refusal: "bad_request" }],
  ["a code that nobody knows", { refusal: "nonsense" }],
];

for (const [name, manner] of mismatches) {
  testInWorld(`find() fails when a named one answers with ${name}`, async (world) => {
    const { addresses, discovery, close } = setUp(world, [manner, starting]);
    const failed = assertRejects(() => discovery.find(addresses), JoinError, "Cannot join a:6000:");
    await world.complete(failed);
    await close();
  });

  testInWorld(`one that is remembered may answer with ${name}: it is said once`, async (world) => {
    const { seeds: [seed], addresses, discovery, keepAsking, logged, joined, close } = setUp(
      world,
      [manner],
    );
    assertEquals(await world.complete(discovery.find([], addresses)), []);
    keepAsking();
    await world.advance(10 * rejoinMaxMs);
    assertEquals(logged.length, 1);
    assertMatch(logged[0], /^Cannot join a:6000: .*; it is asked again$/);
    assert(seed.asked() > 10);
    assertLess(seed.asked(), 40);
    seed.manner = running(seed);
    await world.advance(2 * rejoinMaxMs);
    assertEquals(joined, [seed.syncActor]);
    await close();
  });
}

testInWorld(
  "a server that remembers others starts without those that do not answer",
  async (world) => {
    const { seeds, addresses, discovery, keepAsking, logged, joined, close } = setUp(
      world,
      ["silent", starting, "silent"],
    );
    const [named, remembered] = [addresses.slice(0, 1), addresses.slice(1)];
    assertEquals(await world.complete(discovery.find(named, remembered)), []);
    assertEquals(world.nowMs, rejoinFirstMs);
    assertEquals(logged, [
      "Cannot join b:6000 yet, which is remembered: it is still starting; it is asked again",
      "Cannot join c:6000 yet, which is remembered: nobody answers there; it is asked again",
      "Cannot join a:6000 yet: nobody answers there; it is asked again",
    ]);
    keepAsking();
    // It has made itself known, and has been given what there is.
    discovery.found(addresses[2]);
    discovery.found(addresses[0]);
    for (const seed of seeds) seed.manner = running(seed);
    await world.advance(rejoinMaxMs);
    assertEquals(joined.map(({ address }) => address).sort(), addresses.slice(0, 2));
    await close();
  },
);

testInWorld("find() fails when a named one does not speak as a server does", async (world) => {
  const { seeds: [seed], addresses, discovery, close } = setUp(world, [starting]);
  seed.server.onRequest = ({ stream }) => {
    stream.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request")).catch(() => {});
  };
  const found = "it is no system port: what answers there does not speak as a cmud server does";
  await world.complete(assertRejects(() => discovery.find(addresses), JoinError, found));
  await close();
});

testInWorld("find() names the cluster of a server of another one", async (world) => {
  const { seeds: [seed], addresses, discovery, close } = setUp(world, [starting]);
  const { code, message } = refusalOfCluster("red", "cmud");
  seed.server.onRequest = (request) => seed.server.refuse(request, code, message);
  const found = 'Cannot join a:6000: it belongs to the cluster "red", this server to "cmud" ' +
    "(--cluster)";
  await world.complete(assertRejects(() => discovery.find(addresses), JoinError, found));
  await close();
});

testInWorld(
  "find() leaves out the server's own address, unless no other is named",
  async (world) => {
    const { network, seeds, addresses, discovery, keepAsking, logged, close } = setUp(
      world,
      [starting, starting],
      ["a:6000"],
    );
    const [self, other] = seeds;
    network.at(self.address).reachability = "refuses";
    const found = "Cannot join a:6000: that is the address of this server itself";
    await world.complete(assertRejects(() => discovery.find([self.address]), JoinError, found));
    // Whoever answers there is another one.
    network.at(self.address).reachability = "answers";
    const finding = discovery.find([self.address]);
    await world.advance(joinRetryMaxMs);
    self.manner = running(self);
    assertEquals(await world.complete(finding), [self.syncActor]);
    logged.length = 0;
    network.at(self.address).reachability = "refuses";
    other.manner = running(other);
    assertEquals(await world.complete(discovery.find(addresses)), [other.syncActor]);
    keepAsking();
    const { dials } = network.at(self.address);
    await world.advance(10 * joinRetryMaxMs);
    assertEquals([network.at(self.address).dials - dials, logged], [0, []]);
    await close();
  },
);

testInWorld("close() ends a question and a pause at once", async (world) => {
  const { addresses, discovery, keepAsking, close } = setUp(world, ["silent", starting]);
  await world.complete(discovery.find([], addresses));
  keepAsking();
  await world.advance(rejoinFirstMs);
  const beforeMs = world.nowMs;
  await close();
  assertEquals(world.nowMs, beforeMs);
});

Deno.test("ownAddresses() are those by which this machine and others reach the system port", () => {
  const local = ["127.0.0.1:7000", "[::1]:7000", "localhost:7000"];
  const cases: [options: Parameters<typeof ownAddresses>[0], own: string[]][] = [
    [{ hostname: "127.0.0.1", startPort: 7000 }, local],
    [{ hostname: "192.0.2.7", startPort: 7000 }, ["192.0.2.7:7000"]],
    [{ hostname: "2001:db8::7", startPort: 7000 }, ["[2001:db8::7]:7000"]],
    [{ hostname: "0.0.0.0", startPort: 7000, advertise: "a:1" }, ["a:1", ...local]],
    [{ hostname: "127.0.0.1", startPort: 0 }, []],
    [{ hostname: "::", startPort: 0, advertise: "a:1" }, ["a:1"]],
  ];
  for (const [options, own] of cases) assertEquals(ownAddresses(options), own);
});
