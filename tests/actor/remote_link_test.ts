import { ActorSystem } from "../../actor/mod.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** Two systems on one network, and a link from the one to the other that is up. */
async function startLinked(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const [near, far] = await Promise.all(["near", "far"].map(async (hostname) => {
    const { system } = await startSystem(world, { network, hostname, port: 1 });
    return { system, probe: startProbe(system) };
  }));
  near.probe.context.tell(far.probe.ref, "hello");
  await world.advance(0);
  assertEquals(far.probe.messages, ["hello"]);
  return { near, far, wire: network.at(far.system.address) };
}

testInWorld("a link has less room by what its write under way still holds", async (world) => {
  const { near, far, wire } = await startLinked(world);
  const link = near.probe.context.link(far.probe.ref);
  assertEquals(link.roomBytes, defaultLimits.linkBytesMax);
  wire.latencyMs = 1_000;
  const bytes = new Uint8Array(2 * wire.windowBytes);
  near.probe.context.tell(far.probe.ref, bytes);
  await world.advance(0);
  assertLess(link.roomBytes, defaultLimits.linkBytesMax - bytes.length);
  await world.advance(5_000);
  assertEquals([link.roomBytes, far.probe.messages.length], [defaultLimits.linkBytesMax, 2]);
  for (const { system } of [near, far]) await world.complete(system.close());
});

testInWorld("a system that closes counts nothing as dropped that it has sent", async (world) => {
  const { near, far } = await startLinked(world);
  near.probe.context.tell(far.probe.ref, "goodbye");
  // It is written, and no time has passed.
  await world.complete(Promise.resolve());
  await world.complete(near.system.close());
  await world.advance(0);
  assertEquals(far.probe.messages, ["hello", "goodbye"]);
  assertEquals(near.system.stats().messagesDropped, 0);
  await world.complete(far.system.close());
});

testInWorld(
  "a system has links up to its bound, and forgets those that are gone",
  async (world) => {
    const limits = withLimits({ messageIntroductionsMax: 2, peersMax: 2, linksMax: 2 });
    const network = new MemoryNetwork(world);
    const start = async (hostname: string) => {
      const options = {
        hostname,
        port: 1,
        transport: network,
        environment: world.environment({ limits }),
      };
      const system = await ActorSystem.start(options);
      return { system, probe: startProbe(system) };
    };
    const [near, far, other] = await Promise.all(["near", "far", "other"].map(start));
    const { context } = near.probe;
    const earlier = ["life 1", "life 2"].map((incarnation) => ({ ...far.probe.ref, incarnation }));
    for (const ref of earlier) context.tell(ref, "anybody there?");
    context.tell(far.probe.ref, "one too many");
    // Nobody knows yet that two of them will never arrive.
    assertEquals(near.system.stats().messagesDropped, 1);
    await world.advance(0);
    assertEquals(near.system.stats().messagesDropped, 3);
    for (const { probe } of [far, other]) context.tell(probe.ref, "hello");
    await world.advance(0);
    assertEquals([far, other].map(({ probe }) => probe.messages), [["hello"], ["hello"]]);
    assertEquals(near.system.stats().messagesDropped, 3);
    for (const { system } of [near, far, other]) await world.complete(system.close());
  },
);
