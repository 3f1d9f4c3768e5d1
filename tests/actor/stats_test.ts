import { encode } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("stats() counts tells and their bytes exactly", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const sender = startProbe(system, (message, context) => {
    context.tell(receiver.ref, message);
    context.tellAfter(receiver.ref, message, 10);
  });
  const message = { text: "grüße", bytes: new Uint8Array(300) };
  system.tell(sender.ref, message);
  system.tell(receiver.ref, message, { batch: 7 });
  const { ref: replyTo } = system.newChannelRef();
  system.newChannelRef({ batch: 5, timeoutMs: 1 });
  system.tell(replyTo, message);
  await world.run();
  assertEquals(system.stats(), {
    messagesSent: 11,
    messagesSentExternal: 9,
    messagesSentActor: 2,
    bytesSent: 5 * encode(message).length,
    remoteBytesReceived: 0,
    channelRefsUsed: 6,
    maxMessageRate: 2,
    messagesDropped: 0,
    ready: true,
  });
  await system.close();
});

testInWorld("stats() is a picture of its moment when more is sent later", async (world) => {
  const { system } = await startSystem(world);
  const { ref, context } = startProbe(system);
  const before = system.stats();
  system.tell(ref, "hello");
  assertEquals(context.stats(), system.stats());
  assertEquals(context.stats().messagesSent, 1);
  assertEquals([before.messagesSent, before.messagesSentExternal, before.bytesSent], [0, 0, 0]);
  await world.run();
  await system.close();
});
