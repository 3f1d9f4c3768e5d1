import { figureOf, StatsTable } from "../../actor/stats.ts";
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

Deno.test("StatsTable.sum() adds up what each thread counts, and takes the most of their rates", () => {
  const table = new StatsTable(2);
  const other = new StatsTable(2, table.memory);
  const figures = { messagesSentExternal: 1, messagesSentActor: 2, bytesSent: 3 };
  for (const [i, row] of [table.row(0), other.row(1)].entries()) {
    for (const [name, figure] of Object.entries(figures)) {
      row[figureOf[name as keyof typeof figures]] = figure * 10 ** i;
    }
    row[figureOf.maxMessageRate] = 7 - i;
  }
  const { messagesSent, messagesSentExternal, messagesSentActor, bytesSent, maxMessageRate } = table
    .sum(true);
  assertEquals(
    [messagesSent, messagesSentExternal, messagesSentActor, bytesSent, maxMessageRate],
    [33, 11, 22, 33, 7],
  );
});
