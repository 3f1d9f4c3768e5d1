import { type ActorRef, UndeliverableError, UnmarshallableError } from "../../actor/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

testInWorld("tell() delivers in order when one sends to one", async (world) => {
  const { system } = await startSystem(world);
  const count = 1000;
  const receiver = startProbe(system);
  const senders = [1, 2, 3].map((id) =>
    startProbe(system, (number, context) => {
      context.tell(receiver.ref, { id, number });
      if (number < count) context.tell(context.self, number + 1);
    })
  );
  for (const { ref } of senders) system.tell(ref, 1);
  for (let number = 1; number <= count; number++) system.tell(receiver.ref, { id: 0, number });
  await world.run();

  const received = receiver.messages as { id: number; number: number }[];
  assertEquals(received.length, 4 * count);
  for (const id of [0, 1, 2, 3]) {
    const numbers = received.filter((message) => message.id === id).map(({ number }) => number);
    assertEquals(numbers, Array.from({ length: count }, (_, i) => i + 1));
  }
  await system.close();
});

testInWorld("tell() delivers what was told even when it is changed afterwards", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system, (message) => {
    message.list.push("changed by the receiver");
    message.bytes[0] = 99;
    message.map.clear();
  });
  const sent = { list: [1], bytes: new Uint8Array([1, 2]), map: new Map([["a", 1]]) };
  const sender = startProbe(system, (_message, context) => {
    context.tell(receiver.ref, sent);
    sent.list.push(2);
    sent.bytes[1] = 88;
    sent.map.set("b", 2);
  });
  system.tell(sender.ref, "go");
  await world.run();
  assertEquals(receiver.messages, [
    { list: [1, "changed by the receiver"], bytes: new Uint8Array([99, 2]), map: new Map() },
  ]);
  assertEquals(sent, {
    list: [1, 2],
    bytes: new Uint8Array([1, 88]),
    map: new Map([["a", 1], ["b", 2]]),
  });
  await system.close();
});

testInWorld("tell() gives each its own copy when one message goes to many", async (world) => {
  const { system } = await startSystem(world);
  const receivers = ["a", "b"].map((name) =>
    startProbe(system, (bytes: Uint8Array) => bytes.fill(name.charCodeAt(0)))
  );
  const { ref, response } = system.newChannelRef<Uint8Array>();
  const bytes = new Uint8Array(2);
  for (const receiver of [...receivers, { ref }]) system.tell(receiver.ref, bytes);
  (await response).fill(1);
  await world.run();
  assertEquals(receivers.map(({ messages }) => messages), [
    [new Uint8Array([97, 97])],
    [new Uint8Array([98, 98])],
  ]);
  assertEquals(bytes, new Uint8Array(2));
  await system.close();
});

testInWorld("tell() keeps messages apart when their buffers are reused", async (world) => {
  const { system } = await startSystem(world);
  const receiver = startProbe(system);
  const block = new Uint8Array(64);
  for (let i = 0; i < 3; i++) system.tell(receiver.ref, block.fill(i).subarray(0, 2));
  await world.run();
  assertEquals(receiver.messages, [0, 1, 2].map((i) => new Uint8Array([i, i])));
  await system.close();
});

testInWorld("an actor goes on with the next message when it throws", async (world) => {
  const { system, reports } = await startSystem(world);
  const error = new RangeError("no good");
  const receiver = startProbe(system, (message) => {
    if (message === "bad") throw error;
  });
  const other = startProbe(system);
  for (const message of ["one", "bad", "two"]) system.tell(receiver.ref, message);
  system.tell(other.ref, "hello");
  await world.run();
  assertEquals(receiver.messages, ["one", "bad", "two"]);
  assertEquals(other.messages, ["hello"]);
  assertEquals(reports, [{ error, ref: receiver.ref }]);
  await system.close();
});

class Point {
  x = 1;
}

const cyclic: Record<string, unknown> = { name: "ring" };
cyclic.inner = { list: [cyclic] };

const nested = (levels: number) => {
  let value: unknown = "core";
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

const refused: [name: string, message: unknown, path: string, found: string][] = [
  ["a function", { a: { b: () => {} } }, "message.a.b", "a function"],
  ["a symbol", [1, [Symbol("s")]], "message[1][0]", "a symbol"],
  ["a class instance", { list: [0, new Point()] }, "message.list[1]", "an instance of Point"],
  ["a Date", { "a b": new Date(0) }, 'message["a b"]', "an instance of Date"],
  ["a Map's bad value", new Map([["k", () => {}]]), 'message.get("k")', "a function"],
  ["another view", { view: new DataView(new ArrayBuffer(1)) }, "message.view", "DataView"],
  ["a bigint beyond 64 bits", { big: 2n ** 64n }, "message.big", "a bigint beyond 64 bits"],
  ["a negative one", { big: -(2n ** 63n) - 1n }, "message.big", "a bigint beyond 64 bits"],
  ["a cycle", cyclic, "message.inner.list[0]", "a cycle"],
  ["a lone surrogate", { text: "\ud800" }, "message.text", "a lone surrogate"],
  ["too deep a nesting", nested(wireLimits.valueDepthMax + 1), "message[0][0]", "nested deeper"],
];

for (const [name, message, path, found] of refused) {
  testInWorld(`tell() refuses ${name}, names the path, and queues nothing`, async (world) => {
    const { system } = await startSystem(world);
    const receiver = startProbe(system);
    const thrown: unknown[] = [];
    const sender = startProbe(system, (_message, context) => {
      for (const tell of [context.tell, context.tellAfter]) {
        try {
          tell(receiver.ref, message, 1);
        } catch (error) {
          thrown.push(error);
        }
      }
      context.tell(receiver.ref, "fine");
    });
    const error = assertThrows(() => system.tell(receiver.ref, message), UnmarshallableError);
    assert(error.message.startsWith(`Cannot marshal ${path}`), error.message);
    assert(error.message.includes(found), error.message);
    system.tell(sender.ref, "go");
    await world.run();
    assertEquals(thrown.map(String), [String(error), String(error)]);
    assertInstanceOf(thrown[0], UnmarshallableError);
    assertEquals(receiver.messages, ["fine"]);
    assertEquals(system.stats().messagesSent, 2);
    await system.close();
  });
}

testInWorld("tell() drops, counts and reports when nobody is there", async (world) => {
  const { system, reports } = await startSystem(world, { port: 7000 });
  const receiver = startProbe(system);
  const strangers: ActorRef[] = [
    { ...receiver.ref, counter: 99 },
    { ...receiver.ref, counter: 0 },
    { ...receiver.ref, incarnation: "0123456789abcdef" },
  ];
  const sender = startProbe(system, (_message, context) => {
    for (const ref of strangers) context.tell(ref, "hello");
  });
  for (const ref of strangers) system.tell(ref, "hello");
  system.tell(sender.ref, "go");
  await world.run();
  assertEquals(receiver.messages, []);
  assertEquals(system.stats().messagesDropped, 6);
  assertEquals(reports.map(({ ref }) => ref), [...strangers, ...strangers]);
  for (const { error } of reports) assertInstanceOf(error, UndeliverableError);
  await system.close();
});

testInWorld("tell() reaches no new actor when its address starts anew", async (world) => {
  const first = await startSystem(world, { port: 7000 });
  const { ref } = startProbe(first.system);
  await first.system.close();

  const second = await startSystem(world, { port: 7000, network: first.network });
  const successor = startProbe(second.system);
  assertEquals([ref.address, ref.counter], [successor.ref.address, successor.ref.counter]);
  assert(!second.system.isLocal(ref));
  second.system.tell(ref, "for the old one");
  await world.run();
  assertEquals(successor.messages, []);
  assertEquals(second.system.stats().messagesDropped, 1);
  await second.system.close();
});

testInWorld("startActor() lets an actor tell while it is made", async (world) => {
  const { system, reports } = await startSystem(world);
  const other = startProbe(system);
  const told: unknown[] = [];
  const ref = system.startActor((context) => {
    context.tell(other.ref, context.self);
    context.tell(context.self, "note to self");
    assertEquals(told, []);
    return { onMessage: (message) => told.push(message) };
  });
  assertEquals(told, []);
  await world.run();
  assertEquals(other.messages, [ref]);
  assertEquals(told, ["note to self"]);
  assertEquals(reports, []);
  await system.close();
});

testInWorld("startActor() leaves nothing when the actor's maker throws", async (world) => {
  const { system, reports } = await startSystem(world);
  let self: ActorRef | undefined;
  const start = () =>
    system.startActor((context) => {
      self = context.self;
      context.tell(self, "never handled");
      throw new Error("cannot be made");
    });
  assertThrows(start, Error, "cannot be made");
  await world.run();
  system.tell(self!, "nobody there");
  assertEquals(reports.map(({ ref }) => ref), [self!]);
  await system.close();
});
