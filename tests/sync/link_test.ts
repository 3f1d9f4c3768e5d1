import { defaultLimits } from "../../limits.ts";
import {
  type ByteStream,
  type Environment,
  realEnvironment,
  tcpTransport,
  type Transport,
} from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../deps.ts";
import { FakeSystem } from "./fake_system.ts";
import { Proxy } from "./proxy.ts";
import { skewedClock } from "./skewed_clock.ts";
import { SystemOnTcp } from "./systems.ts";
import { until } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

Deno.test("tells between two systems arrive in order, both ways", async () => {
  await using a = await SystemOnTcp.start();
  await using b = await SystemOnTcp.start();
  const count = 5_000;
  for (let i = 0; i < count; i++) {
    a.probe.context.tell(b.probe.ref, i);
    b.probe.context.tell(a.probe.ref, i);
  }
  const expected = Array.from({ length: count }, (_, i) => i);
  for (const { probe: { messages } } of [a, b]) {
    await until("all have come", () => messages.length === count);
    assertEquals(messages, expected);
  }
  assertEquals([a.system.stats().messagesDropped, b.system.stats().messagesDropped], [0, 0]);
});

Deno.test("a link knows what the clock of the other system shows, once it was greeted", async () => {
  const aheadMs = 7_000_000;
  const environment = skewedClock(aheadMs);
  const beganMs = environment.now();
  await using a = await SystemOnTcp.start();
  await using b = await SystemOnTcp.start({ environment });
  const { context } = a.probe;
  assertEquals(context.link(b.probe.ref).clock, undefined);
  await until("it is greeted", () => context.link(b.probe.ref).isUp);
  const clock = context.link(b.probe.ref).clock!;
  assert(beganMs <= clock.nowMs && clock.nowMs <= environment.now() + 1, `${clock.nowMs}`);
  assert(clock.ageMs >= 0);
});

Deno.test("a tell to an earlier incarnation of an address reaches nobody and is counted", async () => {
  await using way = new Proxy();
  const startIncarnation = async () => {
    const transport = new WireTap();
    const system = await SystemOnTcp.start({ transport, advertise: way.address });
    way.target = transport.listening[0];
    return system;
  };
  await using sender = await SystemOnTcp.start();
  const { context } = sender.probe;
  const first = await startIncarnation();
  context.tell(first.probe.ref, "to the first");
  await until("it came", () => first.probe.messages.length === 1);
  await first.system.close();

  await using second = await startIncarnation();
  assertEquals(second.probe.ref.address, first.probe.ref.address);
  assertEquals(second.probe.ref.counter, first.probe.ref.counter);
  const isWrongIncarnation = () => context.link(first.probe.ref).isWrongIncarnation;
  await until("the link leads elsewhere", isWrongIncarnation);
  const { messagesDropped } = sender.system.stats();
  for (let i = 0; i < 3; i++) context.tell(first.probe.ref, "to the first");
  assertEquals(sender.system.stats().messagesDropped, messagesDropped + 3);
  context.tell(second.probe.ref, "to the second");
  await until("it came", () => second.probe.messages.length > 0);
  assertEquals(second.probe.messages, ["to the second"]);

  // Nor does one that the second incarnation itself tells the first.
  second.probe.context.tell(first.probe.ref, "to myself as I was");
  assertEquals(second.system.stats().messagesDropped, 1);
  assertEquals(second.probe.messages.length, 1);
});

/** How many of three tells to a system that has just ended are counted as dropped. */
async function countedAtEnd(): Promise<number> {
  await using sender = await SystemOnTcp.start();
  const { context } = sender.probe;
  const first = await SystemOnTcp.start();
  context.tell(first.probe.ref, "hello");
  await until("it came", () => first.probe.messages.length === 1);
  assertEquals(sender.system.stats().messagesDropped, 0);
  await first.system.close();
  // Most often the link does not know yet.
  for (let i = 0; i < 3; i++) context.tell(first.probe.ref, "anybody there?");
  const link = context.link(first.probe.ref);
  await until("the link is down", () => !link.isUp);
  return sender.system.stats().messagesDropped;
}

Deno.test("a tell to an incarnation that ended a moment ago is counted too", async () => {
  const counted: number[] = [];
  // A busy machine may tell the end of a connection a turn before the tells, or two turns after they were written.
  while (counted.length < 10 && counted.at(-1) !== 3) counted.push(await countedAtEnd());
  assertEquals(counted.at(-1), 3);
});

Deno.test("a link that is down takes messages up to its bound, and drops and counts the rest", async () => {
  await using way = new Proxy();
  const transport = new WireTap();
  await using receiver = await SystemOnTcp.start({ transport, advertise: way.address });
  await using sender = await SystemOnTcp.start();
  const { context } = sender.probe;
  const { ref, messages } = receiver.probe;
  const mebibyte = 1024 * 1024;
  const tell = (kind: string, reserved: boolean) => {
    const before = sender.system.stats().messagesDropped;
    let taken = -1;
    do context.tell(ref, { kind, i: ++taken, bytes: new Uint8Array(mebibyte) }, {
      reserved,
    }); while (sender.system.stats().messagesDropped === before);
    return taken;
  };
  assertEquals(context.link(ref).roomBytes, defaultLimits.linkBytesMax);
  const ordinary = tell("ordinary", false);
  assertEquals(ordinary, Math.floor(defaultLimits.linkBytesMax / 2 / mebibyte) - 1);
  assertGreater(context.link(ref).roomBytes, defaultLimits.linkBytesMax / 2);
  const reserved = tell("reserved", true);
  assertEquals(ordinary + reserved, Math.floor(defaultLimits.linkBytesMax / mebibyte) - 1);
  assertLess(context.link(ref).roomBytes, 2 * mebibyte);

  way.target = transport.listening[0];
  await until("they arrive", () => messages.length === ordinary + reserved);
  assertEquals(
    messages.map((message) => {
      const { kind, i } = message as { kind: string; i: number };
      return `${kind} ${i}`;
    }),
    [
      ...Array.from({ length: ordinary }, (_, i) => `ordinary ${i}`),
      ...Array.from({ length: reserved }, (_, i) => `reserved ${i}`),
    ],
  );
  await until(
    "there is room again",
    () => context.link(ref).roomBytes === defaultLimits.linkBytesMax,
  );
});

Deno.test("a link dials again after pauses that grow, and begins anew once it was up", async () => {
  using fake = new FakeSystem();
  await using sender = await SystemOnTcp.start();
  const { context } = sender.probe;
  const ref = { address: fake.address, incarnation: "life", counter: 1 };
  fake.onHello = ({ stream }) => stream.close();
  assert(!context.link(ref).isUp);
  await until("it has dialed often", () => fake.greetedMs.length >= 5);
  const pauses = pausesOf(fake.greetedMs);
  pauses.forEach((pauseMs, i) => {
    // Half of it is jitter; timers may be early by a millisecond.
    assertGreater(
      pauseMs,
      Math.min(defaultLimits.reconnectMinMs * 2 ** i, defaultLimits.reconnectMaxMs) / 2 - 2,
    );
  });
  const before = fake.greetedMs.length;
  const streams: ByteStream[] = [];
  fake.onHello = (request) => {
    streams.push(request.stream);
    fake.accept(request);
  };
  for (let times = 1; times <= 3; times++) {
    await until("it is up", () => context.link(ref).epoch >= times);
    streams.at(-1)!.close();
  }
  for (const pauseMs of pausesOf(fake.greetedMs.slice(before))) {
    assertLess(pauseMs, defaultLimits.reconnectMaxMs / 2);
  }
});

Deno.test("a link whose greeting is refused dials again, and drops messages to another incarnation", async () => {
  using elsewhere = new FakeSystem();
  using other = new FakeSystem();
  await using sender = await SystemOnTcp.start();
  const refusals: [address: string, reason: string][] = [];
  sender.system.onRefused = (...refusal) => refusals.push(refusal);
  const { context } = sender.probe;
  const [elsewhereRef, otherRef] = [elsewhere, other].map(({ address }) => ({
    address,
    incarnation: "life",
    counter: 1,
  }));
  elsewhere.onHello = (request) => elsewhere.refuse(request, "unavailable");
  other.onHello = (request) => other.refuse(request, "bad_request");
  for (const ref of [elsewhereRef, otherRef]) context.tell(ref, "hello?");
  await until("it is known", () => context.link(elsewhereRef).isWrongIncarnation);
  for (const { greetedMs } of [other, elsewhere]) {
    await until("it dials again", () => greetedMs.length >= 3);
  }
  assert(!context.link(otherRef).isWrongIncarnation && !context.link(otherRef).isUp);
  // However often it dials, it is said once.
  assertEquals(refusals, [[other.address, "Cannot greet"]]);
  // The message that waited for the one is dropped, that for the other goes on waiting.
  assertEquals(sender.system.stats().messagesDropped, 1);
  // The way to the address may be what has changed.
  elsewhere.onHello = (request) => elsewhere.accept(request);
  await until("it is there after all", () => context.link(elsewhereRef).isUp);
});

Deno.test("a link gives up what takes too long, and does not keep its system from closing", async () => {
  // A tenth of every delay, so that the test need not wait as long as a link does.
  const environment: Environment = {
    ...realEnvironment,
    after: (delayMs, fn) => realEnvironment.after(delayMs / 10, fn),
  };
  let dials = 0;
  const hanging: Transport = {
    listen: (hostname, port) => tcpTransport.listen(hostname, port),
    connect: () => (dials++, new Promise(() => {})),
  };
  const dialing = await SystemOnTcp.start({ environment, transport: hanging });
  dialing.probe.context.tell({ address: "127.0.0.1:1", incarnation: "life", counter: 1 }, "hello?");
  using silent = new FakeSystem();
  const greeting = await SystemOnTcp.start({ environment });
  greeting.probe.context.tell({ address: silent.address, incarnation: "life", counter: 1 }, "?");
  await until("both have tried again", () => dials > 1 && silent.greetedMs.length > 1);
  let closed = 0;
  for (const { system } of [dialing, greeting]) system.close().then(() => closed++);
  await until("both are closed", () => closed === 2);
});

function pausesOf(timesMs: readonly number[]): number[] {
  return timesMs.slice(1).map((timeMs, i) => timeMs - timesMs[i]);
}
