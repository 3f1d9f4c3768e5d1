import { type ActorRef, uid } from "../../actor/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("a ref names the same actor when it went through JSON and messages", async (world) => {
  const { system } = await startSystem(world);
  const target = startProbe(system);
  const friend = startProbe(system, (message, context) => context.tell(message.ref, "hello"));
  system.tell(JSON.parse(JSON.stringify(target.ref)), "from JSON");
  system.tell(friend.ref, { ref: target.ref });
  await world.run();
  assertEquals(target.messages, ["from JSON", "hello"]);
  assertEquals(Object.keys(target.ref).sort(), ["address", "counter", "incarnation"]);
  await system.close();
});

testInWorld("uid() is another for every actor, also of an address started anew", async (world) => {
  const uids = new Set<string>();
  let network;
  for (let start = 0; start < 10; start++) {
    const started = await startSystem(world, { network, port: 7000 });
    network = started.network;
    for (let i = 0; i < 10; i++) uids.add(uid(startProbe(started.system).ref));
    uids.add(uid(started.system.newChannelRef().ref));
    assertMatch(started.system.incarnation, /^[0-9a-f]{16}$/);
    await started.system.close();
  }
  assertEquals(uids.size, 110);
});

Deno.test("uid() is another when any part of the ref is", () => {
  const ref: ActorRef = { address: "host:1", incarnation: "0123456789abcdef", counter: 1 };
  const refs: ActorRef[] = [
    ref,
    { ...ref, address: "host:11" },
    { ...ref, incarnation: "1123456789abcdef" },
    { ...ref, counter: 11 },
  ];
  assertEquals(new Set(refs.map(uid)).size, refs.length);
});
