import { defaultLimits } from "../../limits.ts";
import type { ByteStream } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { execute } from "./rpc_server.ts";
import { close, Ear, startInMemory } from "./server_in_memory.ts";
import { concat, frameOf, requestFrame } from "../support/rpc/wire.ts";

// What a server does with its connections over time, on a network in memory: there it can be seen
// how much is read and written, and no time is real.

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
