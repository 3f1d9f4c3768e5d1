import { defaultLimits, withLimits } from "../../limits.ts";
import type { ByteListener, ByteStream, Crowd } from "../../rpc/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { testInWorld } from "../support/simulation.ts";
import { close, Ear, startInMemory } from "./server_in_memory.ts";

// Which connections a server has when there is no room for all.

testInWorld("RpcServer ends who is silent for others, and none that has asked", async (world) => {
  const crowds: Crowd[] = [];
  const limits = withLimits({ connectionsMax: 256 });
  const { network, served } = startInMemory(world, {
    environment: world.environment({ limits }),
    onCrowded: (crowd) => void crowds.push(crowd),
  });
  const connect = async () => {
    const stream = await world.complete(network.connect(served.address));
    const ear = new Ear(stream);
    await world.advance(0);
    return { stream, ear };
  };
  const ask = async ({ stream, ear }: { stream: ByteStream; ear: Ear }) => {
    const { frames } = ear;
    await stream.write(requestFrame(1, "Ping", [])).catch(() => {});
    await world.advance(0);
    return ear.frames > frames;
  };
  const client = await connect();
  assert(await ask(client));
  const silent = [];
  for (let i = 1; i < limits.connectionsMax; i++) silent.push(await connect());
  assertEquals(crowds, []);
  for (let i = 0; i < 2; i++) assert(await ask(await connect()));
  const open = limits.connectionsMax;
  const made = { name: "replaced", open, host: "client", ended: "client" } as const;
  assertEquals(crowds, [made, made]);
  assertEquals(silent.slice(0, 3).map(({ ear }) => ear.ended), [true, true, false]);
  for (const it of silent.slice(2)) assert(await ask(it));
  assert(await ask(client));
  // Now all have asked.
  const refused = await connect();
  assertEquals([refused.ear.ended, crowds.slice(2)], [true, [{
    name: "refused",
    open,
    host: "client",
  }]]);
  assertEquals(served.server.connections, limits.connectionsMax);
  await close(world, served);
});

testInWorld("RpcServer ends who is silent of the host that has most of those", async (world) => {
  const limits = withLimits({ connectionsMax: 256 });
  let host = "clients";
  const network = new MemoryNetwork(world);
  const ended: unknown[] = [];
  const { served } = startInMemory(world, {
    environment: world.environment({ limits }),
    transport: {
      connect: (to) => network.connect(to),
      listen: (name, port) => listenFrom(network.listen(name, port), () => host),
    },
    onCrowded: (crowd) => void ended.push("ended" in crowd && crowd.ended),
  });
  const connect = async (from: string) => {
    host = from;
    const stream = await world.complete(network.connect(served.address));
    await world.advance(0);
    return stream;
  };
  await connect("clients");
  // Many have asked, behind one that has not.
  for (let i = 0; i < 200; i++) {
    const stream = await connect("clients");
    await stream.write(requestFrame(1, "Ping", []));
  }
  for (let i = 0; i < 55; i++) await connect("silent");
  await world.advance(limits.connectionCheckMs);
  for (let i = 0; i < 3; i++) await connect("other");
  assertEquals(ended, ["silent", "silent", "silent"]);
  await close(world, served);
});

testInWorld("RpcServer ends some who are silent when the system opens no more", async (world) => {
  const network = new MemoryNetwork(world);
  const crowds: Crowd[] = [];
  let isFull = false;
  const { served } = startInMemory(world, {
    transport: {
      connect: (to) => network.connect(to),
      listen: (name, port) =>
        listenAgain(network.listen(name, port), () => isFull && !(isFull = false)),
    },
    onCrowded: (crowd) => void crowds.push(crowd),
  });
  const connect = async () => {
    const ear = new Ear(await world.complete(network.connect(served.address)));
    await world.advance(0);
    return ear;
  };
  const stream = await world.complete(network.connect(served.address));
  const client = new Ear(stream);
  await stream.write(requestFrame(1, "Ping", []));
  const silent: Ear[] = [];
  for (let i = 0; i < 15; i++) silent.push(await connect());
  assertEquals(client.frames, 1);
  isFull = true;
  const last = await connect();
  assertEquals(silent.map(({ ended }) => ended), silent.map((_, i) => i < 2));
  assertEquals([last.ended, client.ended], [false, false]);
  assertEquals(crowds, [{ name: "shortage", open: 16, someMakeWay: true }]);
  assertEquals(served.server.connections, 15);
  await close(world, served);
});

testInWorld(
  "silent connections to one port make way for another when the system has no more room",
  async (world) => {
    const network = new MemoryNetwork(world);
    const environment = world.environment();
    let isFull = false;
    const { served: crowded } = startInMemory(world, { transport: network, environment });
    const { served: other } = startInMemory(world, {
      environment,
      port: 6002,
      transport: {
        connect: (to) => network.connect(to),
        listen: (name, port) =>
          listenAgain(network.listen(name, port), () => isFull && !(isFull = false)),
      },
    });
    for (let i = 0; i < 16; i++) await world.complete(network.connect(crowded.address));
    await world.advance(0);
    assertEquals(crowded.server.connections, 16);
    isFull = true;
    await world.complete(network.connect(other.address));
    // Accepting is tried again and again: the port is full until there is room.
    isFull = false;
    await world.advance(0);
    assertEquals([crowded.server.connections, other.server.connections], [14, 1]);
    await close(world, crowded);
    await close(world, other);
  },
);

/** A listener whose next connection is accepted with the second try only, when the test says so. */
function listenAgain(listener: ByteListener, fails: () => boolean): ByteListener {
  let kept: ByteStream | null = null;
  return {
    address: listener.address,
    async accept() {
      const stream = kept ?? await listener.accept();
      kept = fails() ? stream : null;
      if (kept !== null) throw new Error("Too many open files");
      return stream;
    },
    close: () => listener.close(),
  };
}

/** A listener whose connections come from where the test says. */
function listenFrom(listener: ByteListener, host: () => string): ByteListener {
  return {
    address: listener.address,
    async accept() {
      const stream = await listener.accept();
      return stream && Object.defineProperty(stream, "peer", { value: `${host()}:1` });
    },
    close: () => listener.close(),
  };
}

testInWorld(
  "RpcServer refuses one connection more than it has room for, and has room again",
  async (world) => {
    const { network, served } = startInMemory(world);
    const clients = await world.complete(
      Promise.all(
        Array.from({ length: defaultLimits.connectionsMax }, () => network.connect(served.address)),
      ),
    );
    for (const client of clients) await client.write(requestFrame(1, "Ping", []));
    await world.advance(0);
    assertEquals(served.server.connections, defaultLimits.connectionsMax);
    const refused = new Ear(await world.complete(network.connect(served.address)));
    await world.advance(0);
    assert(refused.ended);
    assertEquals([served.server.connections, served.faults.length], [
      defaultLimits.connectionsMax,
      1,
    ]);
    clients.pop()!.close();
    await world.advance(0);
    const accepted = await world.complete(network.connect(served.address));
    const ear = new Ear(accepted);
    await accepted.write(requestFrame(1, "Ping", []));
    await world.advance(0);
    assertEquals(ear.frames, 1);
    await close(world, served);
  },
);
