import { ChannelTimeoutError } from "../../actor/mod.ts";
import { assertEquals, assertRejects } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("newChannelRef() resolves with the first message, drops later ones", async (world) => {
  const { system, reports } = await startSystem(world);
  const actor = startProbe(system, ({ replyTo }, context) => {
    context.tell(replyTo, { answer: 1 });
    context.tell(replyTo, { answer: 2 });
  });
  const { ref, response } = system.newChannelRef<{ answer: number }>();
  assertEquals(system.openChannels, 1);
  system.tell(actor.ref, { replyTo: ref });
  assertEquals(await world.complete(response), { answer: 1 });
  assertEquals(system.openChannels, 0);
  assertEquals(system.stats().messagesDropped, 1);
  assertEquals(reports.map(({ ref }) => ref), [ref]);
  await system.close();
});

testInWorld("a channel waits on when bytes come that are no message", async (world) => {
  const { system, reports } = await startSystem(world);
  const { ref, response } = system.newChannelRef<string>();
  system.relay(ref.counter, { bytes: Uint8Array.of(0xc1), start: 0, end: 1 });
  assertEquals([reports.map(({ ref }) => ref), system.openChannels], [[ref], 1]);
  system.tell(ref, "a message");
  assertEquals([await response, system.openChannels], ["a message", 0]);
  await system.close();
});

testInWorld("a channel's response rejects when no message comes in time", async (world) => {
  const { system } = await startSystem(world);
  const { ref, response } = system.newChannelRef({ timeoutMs: 300 });
  await world.advance(299);
  assertEquals(system.openChannels, 1);
  await world.advance(1);
  assertEquals(system.openChannels, 0);
  await assertRejects(() => response, ChannelTimeoutError, "300 ms");
  system.tell(ref, "too late");
  assertEquals(system.stats().messagesDropped, 1);
  await system.close();
});

testInWorld("a channel's timeout is called off when its message comes", async (world) => {
  const { system } = await startSystem(world);
  const aborter = new AbortController();
  const { ref, response } = system.newChannelRef({ timeoutMs: 300, signal: aborter.signal });
  system.tell(ref, "in time");
  assertEquals(world.pendingTimers, 0);
  aborter.abort();
  assertEquals(await response, "in time");
  await system.close();
});

testInWorld(
  "a channel's response rejects with the reason when its signal aborts",
  async (world) => {
    const { system } = await startSystem(world);
    const aborter = new AbortController();
    const { response } = system.newChannelRef({ signal: aborter.signal, timeoutMs: 300 });
    const reason = new Error("changed my mind");
    aborter.abort(reason);
    await assertRejects(() => response, Error, "changed my mind");
    assertEquals([system.openChannels, world.pendingTimers], [0, 0]);

    const already = system.newChannelRef({ signal: aborter.signal, timeoutMs: 300 });
    await assertRejects(() => already.response, Error, "changed my mind");
    assertEquals([system.openChannels, world.pendingTimers], [0, 0]);
    await system.close();
  },
);

testInWorld("a channel's response rejects when the system closes", async (world) => {
  const { system } = await startSystem(world);
  const before = system.newChannelRef({ timeoutMs: 300 });
  await system.close();
  await assertRejects(() => before.response, Error, "closed");
  const afterwards = system.newChannelRef({ timeoutMs: 300 });
  await assertRejects(() => world.complete(afterwards.response), Error, "closed");
  assertEquals([system.openChannels, world.pendingTimers], [0, 0]);
});

testInWorld("a channel that fails disturbs nobody when nobody looks at it", async (world) => {
  const { system } = await startSystem(world);
  const aborter = new AbortController();
  system.newChannelRef({ timeoutMs: 10 });
  system.newChannelRef({ signal: aborter.signal });
  aborter.abort();
  // An unhandled rejection would fail the test while the event loop comes around here.
  await world.run();
  system.newChannelRef();
  await system.close();
  await world.run();
});

testInWorld("no channel is left after 100,000 asks with timeouts", async (world) => {
  const { system } = await startSystem(world);
  // Every fiftieth gets no answer in time: one half of them too late, the other never.
  const actor = startProbe(system, ({ i, replyTo }, context) => {
    if (i % 50 > 0) context.tell(replyTo, i);
    else if (i % 100 === 0) context.tellAfter(replyTo, i, 20);
  });
  actor.messages.push = () => 0;
  let answered = 0;
  let timedOut = 0;
  for (let round = 0; round < 100; round++) {
    const responses: Promise<unknown>[] = [];
    for (let i = 0; i < 1000; i++) {
      const { ref: replyTo, response } = system.newChannelRef({ timeoutMs: 10 });
      responses.push(response);
      system.tell(actor.ref, { i, replyTo });
    }
    const settled = Promise.allSettled(responses);
    await world.advance(20);
    for (const { status } of await settled) {
      if (status === "fulfilled") answered++;
      else timedOut++;
    }
  }
  assertEquals([answered, timedOut], [98_000, 2000]);
  assertEquals([system.openChannels, world.pendingTimers], [0, 0]);
  assertEquals(system.stats().channelRefsUsed, 100_000);
  assertEquals(system.stats().messagesDropped, 1000);
  await system.close();
});
