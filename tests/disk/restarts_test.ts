import { assert, assertEquals } from "../deps.ts";
import { SimulatedNetwork } from "../../simulate/network/simulated_network.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
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

/** The last write of a key, which nobody else writes. */
interface KnownWrite {
  key: string;
  /** `null`: it is a Delete. */
  value: string | null;
  /** When it was asked for. */
  askedMs: number;
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
        const writes = new Map<string, KnownWrite>();
        const promised: Promised = new Map();
        for (let step = 0; step < 150; step++) {
          const machine = machines[world.random.below(serverCount)];
          const { server } = machine;
          const dice = world.random.below(100);
          if (server === undefined) {
            await start(world, network, machines, machine, durability);
          } else if (dice < 2) {
            for (const machine of machines) {
              await kill(world, machine, writes, promised, durability);
            }
          } else if (dice < 6) await kill(world, machine, writes, promised, durability);
          else {
            const actor = world.random.below(queryActorCount);
            const askedMs = world.nowMs;
            const old = [...writes.values()].find(({ value, askedMs }) =>
              value !== null && askedMs < world.nowMs - 1_000
            );
            const isDelete = old !== undefined && dice < 40;
            const key = isDelete ? old.key : `key ${step}`;
            // From now on it may be either.
            promised.delete(key);
            const msgid = isDelete ? server.delete(key, actor) : server.put(key, key, actor);
            writes.set(key, { key, value: isDelete ? null : key, askedMs, server, msgid });
          }
          await world.advance(world.random.below(100));
        }
        for (const machine of machines) {
          if (machine.server === undefined) {
            await start(world, network, machines, machine, durability);
          }
        }
        await world.advance(20_000);
        for (const { key, value, server, msgid } of writes.values()) {
          const isThere = machines.some((machine) => machine.server === server);
          if (isThere && server.answers.get(msgid)?.error === undefined) promised.set(key, value);
        }
        await expectAgreement(world, machines, promised);
        for (const { server } of machines) await server!.crash();
      },
      { seed },
    );
  }
}

/** What must be there in the end, by key; `null`: it must not. */
type Promised = Map<string, string | null>;

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

/** Kills what runs on a machine; notes the writes that must outlive that. */
async function kill(
  world: SimulatedWorld,
  machine: Machine,
  writes: ReadonlyMap<string, KnownWrite>,
  promised: Promised,
  durability: "strict" | "relaxed",
): Promise<void> {
  const { server } = machine;
  if (server === undefined) return;
  for (const { key, value, server: asked, msgid } of writes.values()) {
    if (asked !== server) continue;
    const answer = server.answers.get(msgid);
    const graceMs = durability === "strict" ? 0 : 200;
    if (answer !== undefined && answer.atMs <= world.nowMs - graceMs) promised.set(key, value);
  }
  machine.medium = await server.crash();
  machine.server = undefined;
}

/** All replicas hold the same, and whatever was promised. */
async function expectAgreement(
  world: SimulatedWorld,
  machines: readonly Machine[],
  promised: Promised,
): Promise<void> {
  const values = [...promised.values()];
  const deletes = values.filter((value) => value === null).length;
  assert(values.length > 40 && deletes > 5, `${values.length} were promised, ${deletes} Deletes`);
  const gets = machines.flatMap(({ server }) =>
    Array.from({ length: queryActorCount }, (_, actor) => ({
      server: server!,
      msgids: [...promised.keys()].map((key) => server!.get(key, actor)),
    }))
  );
  await world.advance(0);
  for (const { server, msgids } of gets) {
    assertEquals(server.actors.ready, true);
    const shown = msgids.map((msgid) => server.answers.get(msgid)?.value);
    assertEquals(shown, values, `${server.system.address}`);
  }
}
