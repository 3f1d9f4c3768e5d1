import { assert, assertEquals, assertRejects, assertThrows } from "../deps.ts";
import type { ByteStream } from "../../rpc/mod.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "./simulation.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

async function read(stream: ByteStream, length = 100): Promise<number[] | null> {
  const into = new Uint8Array(length);
  const count = await stream.read(into);
  return count === null ? null : [...into.subarray(0, count)];
}

/** A network, and both ends of a connection to `server:1`. */
async function connected(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const listener = network.listen("server", 1);
  const client = await world.complete(network.connect(listener.address));
  const server = (await world.complete(listener.accept()))!;
  return { network, listener, client, server, endpoint: network.at(listener.address) };
}

testInWorld("write() reaches the other end in order, whole, and counted", async (world) => {
  const { client, server, endpoint } = await connected(world);
  const reused = bytes(1, 2, 3);
  await world.complete(client.write(reused));
  reused.fill(0);
  await world.complete(client.write(bytes(4)));
  await world.complete(server.write(bytes(9)));
  assertEquals(await world.complete(read(server, 2)), [1, 2]);
  assertEquals(await world.complete(read(server)), [3]);
  assertEquals(await world.complete(read(server)), [4]);
  assertEquals(await world.complete(read(client)), [9]);
  const [connection] = endpoint.connections;
  assertEquals([connection.client.writes, connection.client.bytesWritten], [2, 4]);
  assertEquals([connection.client.bytesRead, connection.server.bytesRead], [1, 4]);
});

testInWorld("connect() rejects when nobody listens", async (world) => {
  const { network, listener } = await connected(world);
  const { ConnectionRefused } = Deno.errors;
  await assertRejects(() => world.complete(network.connect("server:2")), ConnectionRefused);
  network.at(listener.address).reachability = "refuses";
  await assertRejects(() => world.complete(network.connect(listener.address)), ConnectionRefused);
  network.at(listener.address).reachability = "answers";
  await world.complete(network.connect(listener.address));
  listener.close();
  await assertRejects(() => world.complete(network.connect(listener.address)), ConnectionRefused);
  assertEquals(network.at(listener.address).dials, 4);
});

testInWorld("listen() throws when the port is taken, until it is free again", (world) => {
  const network = new MemoryNetwork(world);
  const listener = network.listen("server", 1);
  assertThrows(() => network.listen("server", 1), Deno.errors.AddrInUse);
  listener.close();
  const next = network.listen("server", 1);
  listener.close();
  assertThrows(() => network.listen("server", 1), Deno.errors.AddrInUse);
  assert(network.listen("server", 0).address !== network.listen("server", 0).address);
  next.close();
});

testInWorld("close() gives the other end what is on its way, then the end", async (world) => {
  const { client, server, endpoint } = await connected(world);
  endpoint.latencyMs = 10;
  const clientRead = read(client);
  client.write(bytes(1));
  client.close();
  client.close();
  await assertRejects(() => clientRead, Deno.errors.Interrupted);
  await assertRejects(() => client.write(bytes(1)), Deno.errors.Interrupted);
  assertEquals(await world.complete(read(server)), [1]);
  assertEquals(await world.complete(read(server)), null);
  await world.advance(0);
  await assertRejects(() => server.write(bytes(1)), Deno.errors.BrokenPipe);
});

testInWorld("closeWrite() ends one direction and leaves the other open", async (world) => {
  const { client, server } = await connected(world);
  await client.closeWrite();
  assertEquals(await world.complete(read(server)), null);
  await world.complete(server.write(bytes(7)));
  assertEquals(await world.complete(read(client)), [7]);
});

testInWorld("write() waits when the reader does not read", async (world) => {
  const { client, server, endpoint } = await connected(world);
  endpoint.windowBytes = 4;
  let written = false;
  const write = client.write(bytes(1, 2, 3, 4, 5, 6)).then(() => written = true);
  await world.advance(1000);
  assert(!written);
  assertEquals(await world.complete(read(server)), [1, 2, 3, 4]);
  await world.complete(write);
  assertEquals(await world.complete(read(server)), [5, 6]);

  endpoint.windowBytes = 0;
  const stuck = client.write(bytes(7));
  client.close();
  await assertRejects(() => stuck, Deno.errors.Interrupted);
});

testInWorld("cut() fails both ends and loses what is on its way", async (world) => {
  const { client, server, endpoint } = await connected(world);
  endpoint.latencyMs = 10;
  client.write(bytes(1));
  const reading = read(server);
  endpoint.cut();
  await assertRejects(() => reading, Deno.errors.ConnectionReset);
  await assertRejects(() => client.write(bytes(2)), Deno.errors.ConnectionReset);
  await assertRejects(() => read(client), Deno.errors.ConnectionReset);
});

testInWorld("a latency delays connecting and bytes, and keeps their order", async (world) => {
  const { network, client, server, endpoint } = await connected(world);
  endpoint.latencyMs = 50;
  const startMs = world.nowMs;
  await world.complete(network.connect("server:1"));
  assertEquals(world.nowMs - startMs, 100);
  client.write(bytes(1));
  endpoint.latencyMs = 0;
  client.write(bytes(2));
  assertEquals(await world.complete(read(server)), [1]);
  assertEquals(world.nowMs - startMs, 150);
  assertEquals(await world.complete(read(server)), [2]);
});

testInWorld("a silent endpoint loses bytes and never answers a dial", async (world) => {
  const { network, client, server, endpoint } = await connected(world);
  endpoint.reachability = "silent";
  let settled = false;
  const onSettled = () => void (settled = true);
  network.connect("server:1").then(onSettled, onSettled);
  read(server).then(onSettled, onSettled);
  await world.complete(client.write(bytes(1)));
  endpoint.reachability = "answers";
  await world.complete(client.write(bytes(2)));
  await world.advance(1_000_000);
  assert(!settled);
  const fresh = await world.complete(network.connect("server:1"));
  await world.complete(fresh.write(bytes(3)));
});
