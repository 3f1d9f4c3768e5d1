import { assertEquals, assertThrows } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("a message cannot be begun inside another one", async (world) => {
  const { system } = await startSystem(world);
  const { ref, messages } = startProbe(system);
  system.beginMessage().str("by hand");
  assertThrows(() => system.tell(ref, "inside"), Error, "inside another one");
  system.tellWritten(ref);
  await world.run();
  assertEquals(messages, ["by hand"]);
  await system.close();
});

testInWorld("a message that is begun is forgotten when its actor throws", async (world) => {
  const { system, reports } = await startSystem(world);
  const receiver = startProbe(system);
  const careless = startProbe(system, (_message, context) => {
    context.beginMessage().str("half a mess");
    throw new Error("oops");
  });
  system.tell(careless.ref, null);
  await world.run();
  assertEquals(reports.length, 1);
  system.tell(receiver.ref, "whole");
  await world.run();
  assertEquals(receiver.messages, ["whole"]);
  await system.close();
});
