import { assert, assertEquals } from "../deps.ts";
import { SimulatedNetwork } from "../support/simulated_network.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { DurableServer } from "./durable_server.ts";

// Servers of a cluster are killed and start again from what is on their disks, one or all at once.

const serverCount = 3;
const queryActorCount = 2;

/** A machine: the server that runs there, or what its last one left on the disk. */
interface Machine {
  port: number;
  server?: DurableServer;
  medium?: readonly Uint8Array[];
}

/** A Put of a key that nobody else puts. */
interface KnownPut {
  key: string;
  server: DurableServer;
  msgid: number;
}

for (const durability of ["strict", "relaxed"] as const) {
  for (let seed = 1; seed <= 4; seed++) {
    testInWorld(
      `${durability}: a cluster whose servers are killed agrees, and lacks nothing that was promised, seed ${seed}`,
      async (world) => {
        const network = new SimulatedNetwork(world, () => 1 + world.random.below(80));
        const machines: Machine[] = Array.from(
          { length: serverCount },
          (_, i) => ({ port: i + 1 }),
        );
        for (const machine of machines) await start(world, network, machines, machine, durability);
        const puts: KnownPut[] = [];
        const promised: string[] = [];
        for (let step = 0; step < 150; step++) {
          const machine = machines[world.random.below(serverCount)];
          const { server } = machine;
          const dice = world.random.below(100);
          if (server === undefined) {
            await start(world, network, machines, machine, durability);
          } else if (dice < 2) {
            for (const machine of machines) await kill(world, machine, puts, promised, durability);
          } else if (dice < 6) await kill(world, machine, puts, promised, durability);
          else {
            const key = `key ${step}`;
            const msgid = server.put(key, key, world.random.below(queryActorCount));
            puts.push({ key, server, msgid });
          }
          await world.advance(world.random.below(100));
        }
        for (const machine of machines) {
          if (machine.server === undefined) {
            await start(world, network, machines, machine, durability);
          }
        }
        await world.advance(20_000);
        for (const { key, server, msgid } of puts) {
          const isThere = machines.some((machine) => machine.server === server);
          if (isThere && server.answers.get(msgid)?.error === undefined) promised.push(key);
        }
        await expectAgreement(world, machines, promised);
        for (const { server } of machines) await server!.crash();
      },
      { seed },
    );
  }
}

/** Starts a server on a machine; it joins those that run, whose addresses its disk remembers. */
async function start(
  world: SimulatedWorld,
  network: SimulatedNetwork,
  machines: readonly Machine[],
  machine: Machine,
  durability: "strict" | "relaxed",
): Promise<void> {
  const peers = machines.flatMap(({ server }) => server ?? []);
  const { port, medium } = machine;
  const options = { durability, queryActorCount, network, port, medium, peers };
  machine.server = await DurableServer.start(world, options);
  machine.server.disk.writeMs = 1 + world.random.below(30);
}

/** Kills what runs on a machine; notes the keys that must outlive that. */
async function kill(
  world: SimulatedWorld,
  machine: Machine,
  puts: readonly KnownPut[],
  promised: string[],
  durability: "strict" | "relaxed",
): Promise<void> {
  const { server } = machine;
  if (server === undefined) return;
  for (const { key, msgid } of puts.filter((put) => put.server === server)) {
    const answer = server.answers.get(msgid);
    const graceMs = durability === "strict" ? 0 : 200;
    if (answer !== undefined && answer.atMs <= world.nowMs - graceMs) promised.push(key);
  }
  machine.medium = await server.crash();
  machine.server = undefined;
}

/** All replicas hold the same, and whatever was promised. */
async function expectAgreement(
  world: SimulatedWorld,
  machines: readonly Machine[],
  promised: readonly string[],
): Promise<void> {
  assert(promised.length > 50, `${promised.length} Puts were promised`);
  const gets = machines.flatMap(({ server }) =>
    Array.from({ length: queryActorCount }, (_, actor) => ({
      server: server!,
      msgids: promised.map((key) => server!.get(key, actor)),
    }))
  );
  await world.advance(0);
  for (const { server, msgids } of gets) {
    assertEquals(server.actors.ready, true);
    const missing = promised.filter((key, i) => server.answers.get(msgids[i])?.value !== key);
    assertEquals(missing, [], `${server.system.address}`);
  }
}
