import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import { MessageRates } from "../../actor/message_rate.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, fc } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** An actor that tells `to` once for each message that it gets. */
function startSender(system: ActorSystem, to: () => ActorRef): ActorRef {
  return startProbe(system, (message, context) => context.tell(to(), message)).ref;
}

/** Has `sender` send at these moments, and returns the rate seen then. */
async function rateAfter(world: SimulatedWorld, atMs: number[]): Promise<number> {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const sender = startSender(system, () => receiver.ref);
  for (const ms of atMs) {
    await world.advance(ms - world.nowMs);
    system.tell(sender, ms);
  }
  await world.advance(0);
  const { maxMessageRate } = system.stats();
  await system.close();
  return maxMessageRate;
}

/** So many moments, the same time apart. */
const every = (ms: number, count: number) => Array.from({ length: count }, (_, i) => i * ms);

const rates: [name: string, atMs: number[], rate: number][] = [
  ["one message is sent", [5], 1],
  ["25 are sent at once", every(0, 25), 25],
  ["10 are sent within a second", every(105, 40), 10],
  ["11 are sent within a second", every(100, 40), 11],
  ["the burst is over", [...every(1, 30), 5000, 5001], 30],
  ["two are 999 ms apart", [0, 999], 2],
  ["two are 1000 ms apart", [0, 1000], 2],
  ["two are 1001 ms apart", [0, 1001], 1],
  ["a day passes between two", [0, 86_400_000], 1],
];

for (const [name, atMs, rate] of rates) {
  testInWorld(`maxMessageRate is ${rate} when ${name}`, async (world) => {
    assertEquals(await rateAfter(world, atMs), rate);
  });
}

testInWorld("maxMessageRate is that of one pair when there are many", async (world) => {
  const { system } = await startSystem(world);
  const receivers = [startProbe(system), startProbe(system), startProbe(system)];
  const senders = [1, 2].map(() => {
    let sent = 0;
    return startSender(system, () => receivers[sent++ % 3].ref);
  });
  for (let i = 0; i < 12; i++) for (const sender of senders) system.tell(sender, i);
  await world.run();
  assertEquals(system.stats().messagesSentActor, 24);
  assertEquals(system.stats().maxMessageRate, 4);
  await system.close();
});

testInWorld("maxMessageRate leaves out self-tells, channels and outsiders", async (world) => {
  const { system } = await startSystem(world);
  const { ref: channel } = system.newChannelRef();
  const receiver = startProbe(system);
  const sender = startProbe(system, (count: number, context) => {
    context.tell(channel, count);
    context.tellAfter(context.self, "tick", 1);
    if (count > 0) context.tell(context.self, count - 1);
  });
  system.tell(sender.ref, 20);
  for (let i = 0; i < 50; i++) system.tell(receiver.ref, i);
  await world.advance(0);
  assertEquals(system.stats().maxMessageRate, 0);
  await system.close();
});

testInWorld("maxMessageRate counts what is told while an actor is made", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const sender = system.startActor((context) => {
    for (let i = 0; i < 6; i++) context.tell(receiver.ref, i);
    return { onMessage: () => context.tell(receiver.ref, "later") };
  });
  await world.advance(999);
  for (let i = 0; i < 5; i++) system.tell(sender, i);
  await world.advance(0);
  assertEquals(system.stats().maxMessageRate, 11);
  await system.close();
});

testInWorld("maxMessageRate goes by the clock that the sender has just read", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  // The last message of eleven is due when it is sent; what precedes that in its turn takes long.
  const sender = startProbe(system, (holdUpMs: number, context) => {
    world.spend(holdUpMs);
    context.monotonicMs();
    context.tell(receiver.ref, "paced");
  });
  for (let i = 0; i < 11; i++) {
    system.tell(sender.ref, i === 10 ? 60 : 0);
    await world.advance(i < 9 ? 105 : 45);
  }
  await world.run();
  assertEquals(receiver.messages.length, 11);
  assertEquals(system.stats().maxMessageRate, 10);
  await system.close();
});

testInWorld("maxMessageRate counts delayed messages when they are sent", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const sender = startProbe(system, (_message, context) => {
    for (let i = 0; i < 6; i++) context.tell(receiver.ref, "now");
    for (let i = 0; i < 6; i++) context.tellAfter(receiver.ref, "later", 5000);
  });
  system.tell(sender.ref, "go");
  await world.run();
  assertEquals(system.stats().maxMessageRate, 6);
  await system.close();
});

testInWorld("maxMessageRate counts messages to other systems", async (world) => {
  const { system } = await startSystem(world);
  const local = startProbe(system).ref;
  // Each differs from the one before in a single part, and is a different actor all the same.
  const receivers = [
    local,
    { ...local, address: "far:1", incarnation: "0f" },
    { ...local, address: "far:2", incarnation: "0f" },
    { ...local, address: "far:2", incarnation: "1f" },
    { address: "far:2", incarnation: "1f", counter: local.counter + 1 },
  ];
  let sent = 0;
  const sender = startSender(system, () => receivers[sent++ % receivers.length]);
  for (let i = 0; i < 20; i++) system.tell(sender, i);
  await world.advance(0);
  assertEquals(system.stats().maxMessageRate, 4);
  await world.complete(system.close());
});

testInWorld("maxMessageRate goes by what a ref says when it is told something", async (world) => {
  const { system } = await startSystem(world);
  const receiver = { address: "far:1", incarnation: "0f", counter: 0 };
  const sender = startSender(system, () => {
    receiver.counter = 1 - receiver.counter;
    return receiver;
  });
  for (let i = 0; i < 20; i++) system.tell(sender, i);
  await world.advance(0);
  assertEquals(system.stats().maxMessageRate, 10);
  await world.complete(system.close());
});

Deno.test("MessageRates counts what a list of times counts when used at random", () => {
  const steps = fc.array(
    fc.tuple(fc.oneof(fc.nat(5), fc.nat(400), fc.nat(1200)), fc.nat(2)),
    { maxLength: 200 },
  );
  fc.assert(fc.property(steps, fc.nat(5000), (steps, startMs) => {
    const rates = new MessageRates<number>(defaultLimits.ratePairsMax);
    const sent: [receiver: number, ms: number][] = [];
    let nowMs = startMs;
    for (const [passedMs, receiver] of steps) {
      nowMs += passedMs;
      sent.push([receiver, nowMs]);
      const expected = sent.filter(([to, ms]) => to === receiver && nowMs - ms <= 1000).length;
      assertEquals(rates.add(receiver, nowMs), expected);
    }
  }));
});

Deno.test("MessageRates forgets idle receivers first when there are too many", () => {
  const rates = new MessageRates<number>(defaultLimits.ratePairsMax);
  const half = defaultLimits.ratePairsMax / 2;
  for (let receiver = 0; receiver < defaultLimits.ratePairsMax; receiver++) rates.add(receiver, 0);
  for (let receiver = 0; receiver < half; receiver++) rates.add(receiver, 900);
  for (let receiver = 0; receiver < half; receiver++) {
    rates.add(defaultLimits.ratePairsMax + receiver, 1100);
  }
  for (let receiver = 0; receiver < half; receiver++) assertEquals(rates.add(receiver, 1200), 2);
});

Deno.test("MessageRates forgets the oldest receiver when none is idle", () => {
  const rates = new MessageRates<number>(defaultLimits.ratePairsMax);
  for (let receiver = 0; receiver <= defaultLimits.ratePairsMax; receiver++) rates.add(receiver, 0);
  assertEquals(rates.add(1, 1), 2);
  assertEquals(rates.add(0, 1), 1);
});
