import { ActorSystem } from "../../actor/mod.ts";
import { readValue, RpcConnection, RpcError, tcpTransport } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { testInWorld } from "../support/simulation.ts";

Deno.test("close() frees the port when the system listened on a real one", async () => {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  assertMatch(system.address, /^127\.0\.0\.1:\d+$/);
  const port = Number(system.address.split(":")[1]);
  // A client that is still there does not keep the port.
  const client = await tcpTransport.connect(system.address);
  await system.close();
  const next = await ActorSystem.start({ hostname: "127.0.0.1", port });
  assertEquals(next.address, system.address);
  assertNotEquals(next.incarnation, system.incarnation);
  await next.close();
  client.close();
});

testInWorld("start() rejects when the port is taken", async (world) => {
  const { system, network } = await startSystem(world, { port: 7000 });
  await assertRejects(() => startSystem(world, { network, port: 7000 }), Deno.errors.AddrInUse);
  await system.close();
  const { system: next } = await startSystem(world, { network, port: 7000 });
  await next.close();
});

testInWorld("start() gives refs the address that others reach", async (world) => {
  const system = await ActorSystem.start({
    hostname: "0.0.0.0",
    port: 7000,
    advertise: "game.example:7000",
    environment: world.environment(),
    transport: new MemoryNetwork(world),
  });
  assertEquals(system.address, "game.example:7000");
  const { ref, messages } = startProbe(system);
  assertEquals(ref.address, "game.example:7000");
  system.tell(ref, "hello");
  await world.run();
  assertEquals(messages, ["hello"]);
  await system.close();
});

testInWorld("close() ends the actors when messages still wait", async (world) => {
  const { system, reports } = await startSystem(world);
  const actor = startProbe(system, (_message, context) => context.tell(actor.ref, "more"));
  const late = startProbe(system);
  system.tell(actor.ref, "one");
  system.tell(late.ref, "two");
  await world.complete(system.close());
  await world.complete(system.close());
  system.tell(late.ref, "three");
  await world.run();
  assertEquals([actor.messages, late.messages, reports], [[], [], []]);
});

testInWorld("close() leaves nothing when actors flood each other", async (world) => {
  const { system } = await startSystem(world);
  const other = (name: string) => name === "a" ? b : a;
  const start = (name: string) =>
    startProbe(system, (_message, context) => {
      world.spend(0.5);
      context.tell(other(name).ref, "ping");
    });
  const [a, b] = [start("a"), start("b")];
  for (let i = 0; i < 1000; i++) system.tell(a.ref, "ping");
  await world.advance(50);
  assert(a.messages.length + b.messages.length > 80);
  assertEquals(world.pendingTimers, 1);
  await world.complete(system.close());
  assertEquals(world.pendingTimers, 0);
});

testInWorld("a system without a log of its own prints what an actor threw", async (world) => {
  const printed: unknown[][] = [];
  const { error: print } = console;
  console.error = (...args) => printed.push(args);
  try {
    const system = await ActorSystem.start({
      hostname: "host",
      port: 1,
      environment: world.environment(),
      transport: new MemoryNetwork(world),
    });
    const { ref } = startProbe(system, () => {
      throw new Error("oops");
    });
    system.tell(ref, "go");
    // What cannot be delivered is everyday life, and not printed.
    system.tell({ ...ref, counter: 99 }, "nobody there");
    await world.run();
    await system.close();
  } finally {
    console.error = print;
  }
  assertEquals(printed.length, 1);
  assertMatch(
    String(printed[0]),
    /^\S+Z error Actor host:1\/\S+ failed error=oops trace="[^\n]*"$/,
  );
});

testInWorld("the system port answers Describe, Ping and Stats", async (world) => {
  const extraFigures = ["laps"];
  const { system, network, environment } = await startSystem(world, { extraFigures });
  system.extraFigure("laps").add(2);
  system.description = '{"who":"me"}';
  const connection = new RpcConnection(system.address, network, environment);
  // Trailing params, as a newer version may send them, are ignored.
  const ask = (method: string, params: number) =>
    world.complete(connection.call({
      method,
      writeParams(writer) {
        writer.arrayHeader(params);
        for (let i = 0; i < params; i++) writer.int(i);
      },
      readResult: (reader) => readValue(reader),
      repeatable: true,
    }, { timeoutMs: 1000 }));
  assertEquals(await ask("Ping", 0), "pong");
  assertEquals(await ask("Describe", 1), '{"who":"me"}');
  const { extra, ...figures } = system.stats();
  assertEquals(extra, { laps: 2 });
  assertEquals(await ask("Stats", 2), { ...figures, ...extra });
  const error = await assertRejects(() => ask("Get", 1), RpcError, "Describe, Ping, Stats");
  assertEquals(error.code, "unknown_method");
  assertEquals(await ask("Ping", 0), "pong");
  await connection.close();
  await system.close();
});
