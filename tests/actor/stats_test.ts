import { figureOf, StatsTable } from "../../actor/stats.ts";
import { encode, writeValue } from "../../rpc/mod.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("stats() counts tells and their bytes exactly", async (world) => {
  const { system } = await startSystem(world, { extraFigures: ["laps", "falls"] });
  const receiver = startProbe(system);
  const sender = startProbe(system, (message, context) => {
    context.tell(receiver.ref, message);
    context.tellAfter(receiver.ref, message, 10);
  });
  const message = { text: "grüße", bytes: new Uint8Array(300) };
  system.tell(sender.ref, message);
  writeValue(system.beginMessage(), message);
  system.tellWritten(receiver.ref, 7);
  system.extraFigure("falls").add(3);
  const { ref: replyTo } = system.newChannelRef();
  system.newChannelRef({ timeoutMs: 1 });
  system.tell(replyTo, message);
  await world.run();
  assertEquals(system.stats(), {
    messagesSent: 11,
    messagesSentExternal: 9,
    messagesSentActor: 2,
    bytesSent: 5 * encode(message).length,
    remoteBytesReceived: 0,
    channelRefsUsed: 2,
    maxMessageRate: 2,
    messagesDropped: 0,
    refusedMessages: 0,
    refusedBy: 0,
    extra: { laps: 0, falls: 3 },
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
  const table = new StatsTable(2, ["laps", "falls"]);
  const other = new StatsTable(2, ["laps", "falls"], table.memory);
  const figures = { messagesSentExternal: 1, messagesSentActor: 2, bytesSent: 3 };
  for (const [i, row] of [table.row(0), other.row(1)].entries()) {
    for (const [name, figure] of Object.entries(figures)) {
      row[figureOf[name as keyof typeof figures]] = figure * 10 ** i;
    }
    row[figureOf.maxMessageRate] = 7 - i;
  }
  table.extra(0, "falls").add(4);
  other.extra(1, "falls").add(5);
  const sum = table.sum();
  const { messagesSent, messagesSentExternal, messagesSentActor, bytesSent, maxMessageRate } = sum;
  assertEquals(
    [messagesSent, messagesSentExternal, messagesSentActor, bytesSent, maxMessageRate],
    [33, 11, 22, 33, 7],
  );
  assertEquals(sum.extra, { laps: 0, falls: 9 });
  assertThrows(() => table.extra(0, "fall"), RangeError, `"fall": allowed are laps, falls`);
});
