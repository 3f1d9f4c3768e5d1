import { defaultLimits, withLimits } from "../../limits.ts";
import type { ByteListener, ByteStream, Crowd } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";
import {
  execute,
  type ServerUnderTestOptions,
  startServer,
  type TestServer,
} from "./rpc_server.ts";
import { concat, frameOf, requestFrame } from "../support/rpc/wire.ts";

// What a server does with its connections over time, on a network in memory: there it can be seen
// how much is read and written, and no time is real.

/** A server in memory, and the network to reach it. */
function startInMemory(world: SimulatedWorld, options: ServerUnderTestOptions = {}) {
  const network = new MemoryNetwork(world);
  const served = startServer({
    transport: network,
    environment: world.environment(),
    hostname: "server",
    port: 6001,
    ...options,
  });
  return { network, served };
}

async function close(world: SimulatedWorld, served: TestServer): Promise<void> {
  await world.complete(served.server.close());
}

/** What comes to a client that reads all the time. */
class Ear {
  /** Whether the server has ended the connection. */
  ended = false;
  #chunks: Uint8Array[] = [];

  constructor(stream: ByteStream) {
    this.#listen(stream).catch(() => {});
  }

  get frames(): number {
    return framesIn(concat(...this.#chunks)).length;
  }

  async #listen(stream: ByteStream): Promise<void> {
    const into = new Uint8Array(64 * 1024);
    for (let count = await stream.read(into); count !== null; count = await stream.read(into)) {
      this.#chunks.push(into.slice(0, count));
    }
    this.ended = true;
  }
}

testInWorld("RpcServer reads on only when its replies are read", async (world) => {
  const { network, served } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  const server = network.at(served.address).connections[0].server;
  const request = requestFrame(1, "Echo", [new Uint8Array(1000)]);
  const sending = client.write(concat(...Array.from({ length: 5_000 }, () => request)));
  await world.advance(60_000);
  const [read, written] = [server.bytesRead, server.bytesWritten];
  // What the window holds, and the one batch that waits at it.
  assertLess(read, 1_500_000);
  assertLess(written, 1_500_000);
  await world.advance(60_000);
  assertEquals([server.bytesRead, server.bytesWritten], [read, written]);
  const ear = new Ear(client);
  await world.complete(sending);
  await world.advance(0);
  assertEquals(ear.frames, 5_000);
  client.close();
  await close(world, served);
});

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

testInWorld("RpcServer tells once of a connection that fails while it writes", async (world) => {
  const { network, served } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  // More than is executed before the first replies are written.
  const requests = [1, 2, 3].map((id) =>
    requestFrame(id, "Long", [defaultLimits.replyBatchBytesMax])
  );
  await world.complete(client.write(concat(...requests)));
  await world.advance(0);
  network.at(served.address).cut();
  await world.advance(defaultLimits.lingerMs);
  assertEquals([served.server.connections, served.faults.length], [0, 1]);
  await close(world, served);
});

testInWorld("RpcServer writes the replies to one read in one write, in order", async (world) => {
  const { network, served } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  const ear = new Ear(client);
  const requests = [1, 2, 3].map((id) => requestFrame(id, "Echo", [id]));
  await client.write(concat(...requests));
  await world.advance(0);
  assertEquals(ear.frames, 3);
  assertEquals(network.at(served.address).connections[0].server.writes, 1);
  client.close();
  await close(world, served);
});

testInWorld("RpcServer executes one batch of a connection at a time", async (world) => {
  const releases: (() => void)[] = [];
  const { network, served } = startInMemory(world, {
    async execute(frames) {
      await new Promise<void>((resolve) => releases.push(resolve));
      return execute(frames);
    },
  });
  const client = await world.complete(network.connect(served.address));
  const ear = new Ear(client);
  for (const id of [1, 2, 3]) {
    await client.write(requestFrame(id, "Echo", [id]));
    await world.advance(0);
  }
  for (let i = 0; i < 3; i++) {
    assertEquals([releases.length, ear.frames], [i + 1, i]);
    releases[i]();
    await world.advance(0);
  }
  client.close();
  await close(world, served);
});

testInWorld("RpcServer tells an executor once that its connection is over", async (world) => {
  let ended = 0;
  const serve = () => ({ execute, close: () => void ended++ });
  const { network, served } = startInMemory(world, { serve });
  const endings: ((client: ByteStream) => void)[] = [
    (client) => client.close(),
    (client) => void client.closeWrite(),
    (client) => void client.write(new Uint8Array(4)),
    () => network.at(served.address).cut(),
    () => void served.server.close(),
  ];
  for (const [i, end] of endings.entries()) {
    const client = await world.complete(network.connect(served.address));
    await client.write(requestFrame(1, "Ping", []));
    await world.advance(0);
    assertEquals(ended, i);
    end(client);
    await world.advance(defaultLimits.lingerMs);
    assertEquals(ended, i + 1);
    client.close();
  }
  await close(world, served);
});

testInWorld("RpcServer lingers for a while when a client goes on after a fault", async (world) => {
  const { network, served } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  const ear = new Ear(client);
  await client.write(frameOf([0, 7]));
  await world.advance(defaultLimits.lingerMs - 1);
  assert(ear.ended, "the client hears the end at once");
  assertEquals(ear.frames, 1);
  await client.write(new Uint8Array(1000));
  await world.advance(0);
  assertEquals(served.server.connections, 1);
  await world.advance(1);
  assertEquals(served.server.connections, 0);
  await close(world, served);
  client.close();
});

testInWorld(
  "RpcServer lingers no longer when a client hears the end and ends too",
  async (world) => {
    const { network, served } = startInMemory(world);
    const client = await world.complete(network.connect(served.address));
    await client.write(frameOf(null));
    await world.advance(0);
    client.close();
    await world.advance(0);
    assertEquals(served.server.connections, 0);
    await close(world, served);
  },
);

testInWorld(
  "RpcServer lingers for so many bytes when a client never stops sending",
  async (world) => {
    const { network, served } = startInMemory(world);
    const client = await world.complete(network.connect(served.address));
    const sending = client.write(concat(frameOf(null), new Uint8Array(10_000_000))).catch(() => {});
    await world.advance(0);
    assertEquals(served.server.connections, 0);
    const { bytesRead } = network.at(served.address).connections[0].server;
    assertLessOrEqual(bytesRead, defaultLimits.lingerBytesMax + 200_000);
    await close(world, served);
    client.close();
    await world.complete(sending);
  },
);

testInWorld("RpcServer closes at once when a connection lingers", async (world) => {
  const { network, served } = startInMemory(world);
  const client = await world.complete(network.connect(served.address));
  await client.write(frameOf(null));
  await world.advance(0);
  assertEquals(served.server.connections, 1);
  await close(world, served);
  assertEquals(served.server.connections, 0);
  client.close();
});

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
