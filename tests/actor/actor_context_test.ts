import { assert, assertEquals } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { epochMs } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("tellAfter() delivers when its time has come", async (world) => {
  const { system } = await startSystem(world);
  const arrivals: [unknown, number][] = [];
  const receiver = startProbe(system, (message) => arrivals.push([message, world.nowMs]));
  const sender = startProbe(system, (_message, context) => {
    for (const delayMs of [200, 0, 100, 100]) context.tellAfter(receiver.ref, delayMs, delayMs);
    context.tell(receiver.ref, "now");
  });
  system.tell(sender.ref, "go");
  await world.advance(99);
  assertEquals(arrivals, [["now", 0], [0, 0]]);
  assertEquals(system.stats().messagesSentActor, 2);
  await world.run();
  assertEquals(arrivals.slice(2), [[100, 100], [100, 100], [200, 200]]);
  assertEquals(system.stats().messagesSentActor, 5);
  await system.close();
});

testInWorld("tellAfter() sends the message as it was when it was called", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const sender = startProbe(system, (_message, context) => {
    const message = { count: 1, bytes: new Uint8Array([1]) };
    context.tellAfter(receiver.ref, message, 50);
    message.count = 2;
    message.bytes[0] = 2;
  });
  system.tell(sender.ref, "go");
  await world.run();
  assertEquals(receiver.messages, [{ count: 1, bytes: new Uint8Array([1]) }]);
  await system.close();
});

testInWorld("tellAfter() is called off by what it returns, until it has sent", async (world) => {
  const environment = world.environment();
  const { system } = await startSystem(world, { environment });
  const receiver = startProbe(system);
  const callOffs: (() => void)[] = [];
  const sender = startProbe(system, (_message, context) => {
    for (const delayMs of [10, 20, 30]) {
      callOffs.push(context.tellAfter(receiver.ref, delayMs, delayMs));
    }
  });
  system.tell(sender.ref, "go");
  await world.advance(10);
  for (const callOff of callOffs.slice(0, 2)) callOff();
  assertEquals(environment.pendingTimers, 1);
  await world.run();
  assertEquals(receiver.messages, [10, 30]);
  await system.close();
});

testInWorld("tellAfter() keeps nothing of what it has sent", async (world) => {
  const environment = world.environment();
  let cancelled = 0;
  const setTimer = environment.after.bind(environment);
  environment.after = (delayMs, fn) => {
    const cancel = setTimer(delayMs, fn);
    return () => (cancelled++, cancel());
  };
  const { system } = await startSystem(world, { environment });
  const { ref } = startProbe(system, (delayMs: number, context) => {
    context.tellAfter({ ...context.self, counter: 99 }, "hello", delayMs);
  });
  for (const delayMs of [1, 2, 3, 1000, 1001]) system.tell(ref, delayMs);
  await world.advance(10);
  await system.close();
  assertEquals(cancelled, 2);
});

testInWorld("tellAfter() is called off when the system closes", async (world) => {
  const { system } = await startSystem(world);
  const { ref, messages, context } = startProbe(system, (_message, context) => {
    context.tellAfter(context.self, "too late", 1000);
  });
  system.tell(ref, "go");
  await world.advance(10);
  assertEquals(world.pendingTimers, 1);
  await system.close();
  context.tellAfter(ref, "later still", 1000);
  assertEquals(world.pendingTimers, 0);
  await world.run();
  assertEquals(messages, ["go"]);
});

testInWorld("now() and monotonicMs() show the clocks of the environment", async (world) => {
  const environment = world.environment({ clockSkewMs: -5000 });
  const { system } = await startSystem(world, { environment });
  const { context } = startProbe(system);
  const startMs = context.monotonicMs();
  assertEquals(context.now(), epochMs - 5000);
  await world.advance(250);
  environment.clockSkewMs = -9000;
  assertEquals(context.now(), epochMs - 8750);
  assertEquals(context.monotonicMs() - startMs, 250);
  await system.close();
});

testInWorld("isLocal() tells whose ref it is, whether it is alive or not", async (world) => {
  const { system, network } = await startSystem(world);
  const { system: other } = await startSystem(world, { network });
  const { context, ref } = startProbe(system);
  assertEquals(context.self, ref);
  assert(context.isLocal(ref));
  assert(context.isLocal({ ...ref, counter: 99 }));
  assert(!context.isLocal(startProbe(other).ref));
  assert(!context.isLocal({ ...ref, incarnation: other.incarnation }));
  assert(!context.isLocal({ ...ref, address: other.address }));
  await Promise.all([system.close(), other.close()]);
});
