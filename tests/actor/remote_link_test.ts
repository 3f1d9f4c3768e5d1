import { ActorSystem } from "../../actor/mod.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { TimeSlices } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { concat, frameHeader, frameOf, requestFrame } from "../support/rpc/wire.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
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

testInWorld(
  "a message that its receiver holds is acknowledged when that releases it",
  async (world) => {
    const { near, far } = await startLinked(world);
    let release = () => {};
    const holder = startProbe(far.system, (message, context) => {
      if (message === "held") release = context.hold();
      // What comes from its own system is acknowledged to nobody.
      if (message === "near") context.hold()();
    });
    const link = near.probe.context.link(holder.ref);
    for (const message of ["handled", "held"]) near.probe.context.tell(holder.ref, message);
    far.system.tell(holder.ref, "near");
    await world.advance(0);
    assertEquals(holder.messages.length, 3);
    assertEquals([link.told, link.handled], [3, 2]);
    // Whatever else comes meanwhile changes nothing.
    await world.advance(5_000);
    assertEquals(link.handled, 2);
    release();
    await world.advance(0);
    assertEquals([link.told, link.handled], [3, 3]);
    for (const { system } of [near, far]) await world.complete(system.close());
  },
);

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

/** A system, and at "far:1" a server that greets it and does no more than the test says. */
async function startBesideScripted(world: SimulatedWorld, environment = world.environment()) {
  const network = new MemoryNetwork(world);
  const { system } = await startSystem(world, { environment, network, hostname: "near", port: 1 });
  const far = new ScriptedServer(network, 1, "far");
  far.onRequest = (request) => {
    if (request.method === "Hello") far.reply(request, null);
  };
  const ref = { address: far.address, incarnation: "life", counter: 1 };
  return { network, system, far, probe: startProbe(system), ref, wire: network.at(far.address) };
}

testInWorld("a link answers Pings with no more than leaves", async (world) => {
  const { system, far, probe, ref } = await startBesideScripted(world);
  const link = probe.context.link(ref);
  await world.advance(0);
  const [hello] = far.requests;
  const pongs = () => far.requests.length - 1;
  far.send(hello, [2, "Ping", []]);
  await world.advance(0);
  assertEquals(pongs(), 1);
  const ping = frameOf([2, "Ping", []]);
  await world.complete(hello.stream.write(concat(...new Array(20_000).fill(ping))));
  await world.advance(0);
  // Those of one read are answered together.
  assertGreater(pongs(), 1);
  assertLess(pongs(), 100);
  assertEquals(link.roomBytes, defaultLimits.linkBytesMax);
  far.close();
  await world.complete(system.close());
});

testInWorld("a flood of Pings lets the event loop come around", async (world) => {
  let nowMs = 0;
  let turns = 0;
  const environment = world.environment();
  environment.slices = new TimeSlices({
    limits: defaultLimits,
    // Each look at the clock takes a while, because notices take no time here.
    monotonicMs: () => nowMs += defaultLimits.connectionSliceMs / 4,
    after: (delayMs, fn) => world.after(delayMs, () => (turns++, fn())),
    yieldToEvents: (fn) => world.after(0, () => (turns++, fn())),
  });
  const { system, far, probe, ref } = await startBesideScripted(world, environment);
  probe.context.link(ref);
  await world.advance(0);
  const [hello] = far.requests;
  turns = 0;
  const pings = concat(...new Array(20_000).fill(frameOf([2, "Ping", []])));
  await world.complete(hello.stream.write(pings));
  await world.advance(0);
  // One turn for each few reads of no more than the receive buffer's size.
  assertGreater(turns, pings.length / defaultLimits.receiveBufferBytes / 4);
  far.close();
  await world.complete(system.close());
});

testInWorld("a link ends a connection on which a long frame comes back", async (world) => {
  const { system, far, probe, ref } = await startBesideScripted(world);
  const link = probe.context.link(ref);
  await world.advance(0);
  assertEquals([link.isUp, link.epoch], [true, 1]);
  const { stream } = far.requests[0];
  await world.complete(stream.write(frameHeader(defaultLimits.noticeBytesMax + 1)));
  await world.advance(defaultLimits.reconnectMaxMs);
  assertEquals([link.isUp, link.epoch], [true, 2]);
  far.close();
  await world.complete(system.close());
});

testInWorld(
  "a system that greets and tells nothing is dialed no more once it is gone",
  async (world) => {
    const { network, system, far, wire } = await startBesideScripted(world);
    for (let life = 0; life < 50; life++) {
      const stream = await world.complete(network.connect(system.address));
      const hello = [1, far.address, `life ${life}`, null];
      await world.complete(stream.write(requestFrame(1, "Hello", hello)));
      await world.advance(100);
      stream.close();
    }
    assertEquals(wire.dials, 50);
    far.close();
    await world.advance(60_000);
    assertEquals(wire.dials, 50);
    await world.complete(system.close());
  },
);

testInWorld("one host that has all links leaves one for another", async (world) => {
  const limits = withLimits({ messageIntroductionsMax: 4, peersMax: 4, linksMax: 4 });
  const environment = world.environment({ limits });
  const { network, system, far } = await startBesideScripted(world, environment);
  const greet = async (address: string, life: string) => {
    const stream = await world.complete(network.connect(system.address));
    await world.complete(stream.write(requestFrame(1, "Hello", [1, address, life, null])));
    await world.advance(200);
    return stream;
  };
  const streams = [];
  for (let life = 0; life < 8; life++) streams.push(await greet(far.address, `life ${life}`));
  const other = new ScriptedServer(network, 1, "other");
  other.onRequest = (request) => other.reply(request, null);
  const wire = network.at(other.address);
  streams.push(await greet(other.address, "life"));
  assertEquals([wire.dials, wire.connections.map(({ server }) => server.closed)], [1, [false]]);
  await world.advance(10_000);
  // It was linked, and is no more dialed than that.
  assertEquals([wire.dials, wire.connections[0].client.closed], [1, false]);
  for (const stream of streams) stream.close();
  for (const server of [far, other]) server.close();
  await world.complete(system.close());
});
