import { Client, type WatchState } from "../../kvclient/mod.ts";
import type { Server } from "../../kvserver/mod.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { assertEquals, assertGreater } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { Machines } from "./machines.ts";

/** In this time servers that are there have told each other what they have seen, and removed what may go. */
const collectedMs = 10_000;

/** So many servers with data, each of which knows all others. */
async function startAll(world: SimulatedWorld, machines: Machines, count: number) {
  const servers: Server[] = [];
  for (let machine = 0; machine < count; machine++) {
    const join = servers.slice(0, 1).map(({ address }) => address);
    servers.push(await world.complete(machines.start(machine, { join })));
    await world.complete(servers[machine].synced());
  }
  await world.advance(5_000);
  return servers;
}

const tombstones = async (machines: Machines, server: Server) =>
  Number((await machines.ask(server, (client) => client.stats())).tombstones);

const list = async (machines: Machines, server: Server) =>
  [...await machines.ask(server, (client) => client.list(""))].sort();

/** How many tombstones a server keeps for the sake of another one; `undefined`: it does not know it. */
async function heldFor(machines: Machines, server: Server, other: Server) {
  const members = await machines.ask(server, (client) => client.members());
  return members.find(({ address }) => address === other.address)?.tombstonesHeld;
}

testInWorld(
  "tombstones are kept for a server that is down, and counted; when it is forgotten they go, and nothing returns with it",
  async (world) => {
    using machines = new Machines(world);
    const [a, b, c] = await startAll(world, machines, 3);
    for (const key of ["deleted/1", "deleted/2", "kept"]) {
      await machines.ask(a, (client) => client.put(key, "v"));
    }
    await world.advance(collectedMs);
    // What only the one that is away has: it took that alone.
    await machines.close(a, b);
    await machines.ask(c, (client) => client.put("alone", "v"));
    await world.advance(1_000);
    await machines.close(c);
    const [first, second] = [
      await world.complete(machines.start(0)),
      await world.complete(machines.start(1)),
    ];
    await world.advance(collectedMs);
    for (const key of ["deleted/1", "deleted/2"]) {
      await machines.ask(first, (client) => client.delete(key));
    }
    await world.advance(10 * collectedMs);
    for (const server of [first, second]) {
      assertEquals(await tombstones(machines, server), 2);
      assertEquals(await heldFor(machines, server, c), 2);
    }
    await machines.ask(second, (client) => client.forget(c.address));
    await world.advance(collectedMs);
    for (const server of [first, second]) {
      assertEquals(await tombstones(machines, server), 0);
      assertEquals(await heldFor(machines, server, c), undefined);
    }
    machines.logged.length = 0;
    const back = await world.complete(machines.start(2));
    await world.advance(30_000);
    for (const server of [first, second, back]) {
      assertEquals(await list(machines, server), [["alone", "v"], ["kept", "v"]]);
      assertEquals(await tombstones(machines, server), 0);
    }
    const dropped = machines.logged.filter((line) => line.includes("were dropped"));
    assertEquals(dropped.map((line) => line.slice(0, line.indexOf(" that"))), [
      "m2: 2 entries were dropped",
    ]);
    await machines.close(first, second, back);
  },
);

testInWorld("what has expired goes from memory, though nobody writes anything", async (world) => {
  using machines = new Machines(world);
  const servers = await startAll(world, machines, 2);
  const ttlMs = 30_000;
  await machines.ask(servers[0], (client) => client.put("k", "v", { ttlMs }));
  await world.advance(ttlMs + 5_000);
  for (const server of servers) assertEquals(await tombstones(machines, server), 1);
  await world.advance(defaultLimits.expiredKeptMs + collectedMs);
  for (const server of servers) assertEquals(await tombstones(machines, server), 0);
  await machines.close(...servers);
});

testInWorld(
  "no tombstones stay for who watches and does not read, and who reads again has missed nothing",
  async (world) => {
    using machines = new Machines(world);
    const limits = withLimits({ watchChangesMax: 20, notificationBytes: 200 });
    const environment = world.environment({ limits });
    const server = await world.complete(machines.start(0, { keepsData: false, environment }));
    const [address] = server.queryAddresses;
    machines.network.at(address).windowBytes = 4_096;
    const client = new Client(address, {
      environment: world.environment(),
      transport: machines.network,
    });
    const shown = new Map<string, unknown>();
    const states: string[] = [];
    const goOn = Promise.withResolvers<void>();
    const watching = (async () => {
      const onState = ({ type }: WatchState) => void states.push(type);
      for await (const { key, value } of client.watch("w/", { onState })) {
        if (value === undefined) shown.delete(key);
        else shown.set(key, value);
        await goOn.promise;
      }
    })().catch(() => {});
    await world.advance(1_000);
    await machines.ask(server, async (writer) => {
      for (let i = 0; i < 200; i++) {
        await writer.put(`w/${i}`, "v".repeat(100));
        if (i % 100 > 0) await writer.delete(`w/${i}`);
      }
    });
    await world.advance(5_000);
    assertGreater(await tombstones(machines, server), 20, "they stay for a while");
    await world.advance(30_000);
    assertEquals(await tombstones(machines, server), 0);
    goOn.resolve();
    await world.advance(30_000);
    assertEquals([...shown.keys()].sort(), ["w/0", "w/100"]);
    assertEquals(states, ["watching", "lost", "resumed"]);
    await world.complete(client.close());
    await watching;
    await machines.close(server);
  },
);
