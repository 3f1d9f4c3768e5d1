import type { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertLess } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { Machines } from "./machines.ts";

const keys = 5_000;

/** A message of a comparison has so many bytes beside its ranges, about. */
const messageBytes = 250;

/** Two servers with data directories, which hold the same keys; the second is closed. */
async function pair(world: SimulatedWorld, machines: Machines): Promise<Server> {
  const first = await world.complete(machines.start(0));
  const second = await world.complete(machines.start(1, { join: [first.address] }));
  await world.complete(second.synced());
  await machines.ask(first, async (client) => {
    for (let i = 0; i < keys; i += 500) {
      const some = Array.from({ length: 500 }, (_, j) => client.put(`key:${i + j}`, `value ${i}`));
      await Promise.all(some);
    }
  });
  await world.advance(10_000);
  assertEquals(await machines.ask(second, (client) => client.count("")), keys);
  await machines.close(second);
  return first;
}

async function untilAgreed(
  world: SimulatedWorld,
  machines: Machines,
  servers: readonly Server[],
  count: number,
): Promise<void> {
  for (const server of servers) {
    for (
      let tries = 0;
      await machines.ask(server, (client) => client.count("")) !== count;
      tries++
    ) {
      assert(tries < 100, "they do not agree");
      await world.advance(100);
    }
  }
}

testInWorld(
  "a server that is back with its data is sent what it lacks, and little else",
  async (world) => {
    using machines = new Machines(world);
    const first = await pair(world, machines);
    await machines.ask(first, (client) => client.put("missed", "x"));
    await world.advance(1_000);
    const before = first.stats();
    const second = await world.complete(machines.start(1, { join: [first.address] }));
    await world.complete(second.synced());
    await untilAgreed(world, machines, [first, second], keys + 1);
    const { remoteBytesReceived, reconcileBytes, repairs } = second.stats();
    assertEquals([repairs, first.stats().repairs - before.repairs], [1, 0]);
    assertLess(reconcileBytes, 4 * 1024);
    // All that came: ranges, and messages around them; the keys alone have 45 bytes each.
    assertLess(remoteBytesReceived, 4 * 1024 + 10 * messageBytes);
    await machines.close(first, second);
  },
);

testInWorld(
  "two servers that took things apart from each other have all of it, also a third",
  async (world) => {
    using machines = new Machines(world);
    const first = await pair(world, machines);
    await machines.ask(first, async (client) => {
      for (let i = 0; i < 50; i++) await client.put(`first:${i}`, "x");
      await client.delete("key:7");
    });
    await machines.close(first);
    // The second is alone meanwhile.
    const second = await world.complete(machines.start(1));
    await machines.ask(second, async (client) => {
      for (let i = 0; i < 50; i++) await client.put(`second:${i}`, "x");
    });
    const again = await world.complete(machines.start(0, { join: [second.address] }));
    await world.complete(again.synced());
    const third = await world.complete(machines.start(2, { join: [second.address] }));
    await world.complete(third.synced());
    await world.advance(10_000);
    await untilAgreed(world, machines, [again, second, third], keys + 100 - 1);
    await machines.close(again, second, third);
  },
);
