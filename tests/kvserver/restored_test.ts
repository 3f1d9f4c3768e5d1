import { assertEquals } from "../deps.ts";
import type { Server } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { readValue, RpcConnection, writeValue } from "../../rpc/mod.ts";
import { testInWorld } from "../support/simulation.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { Machines } from "./machines.ts";

// What a backup of another cluster brings: writes of actors that nobody here knows.

/** In this time all have told each other what they have seen, and removed what may go. */
const collectedMs = 3 * defaultLimits.expiredKeptMs;

const uid = "elsewhere:6000/00112233445566778899aabbccddeeff/2";

/** Two servers that know each other. */
interface Two {
  readonly world: SimulatedWorld;
  readonly machines: Machines;
  readonly servers: readonly [Server, Server];
  /** What the clock shows when the test begins. */
  readonly at: number;
}

function testOfTwo(name: string, test: (two: Two) => Promise<void>): void {
  testInWorld(name, async (world) => {
    using machines = new Machines(world);
    const first = await world.complete(machines.start(0));
    const second = await world.complete(machines.start(1, { join: [first.address] }));
    await world.complete(second.synced());
    await world.advance(5_000);
    const servers = [first, second] as const;
    await test({ world, machines, servers, at: world.environment().now() });
    await machines.close(...servers);
  });
}

const merge = (
  machines: Machines,
  server: Server,
  entry: { key: string; value: string; counter?: number; at: number; expiresAt?: number },
) => {
  const { key, value, counter, at, expiresAt } = entry;
  return machines.ask(
    server,
    (client) => client.merge({ key, value, order: [at, 0, uid], counter, expiresAt }),
  );
};

/** No client of this program sends that. */
async function mergeDeletion(
  world: SimulatedWorld,
  machines: Machines,
  server: Server,
  key: string,
  at: number,
  counter?: number,
): Promise<void> {
  const [address] = server.queryAddresses;
  const connection = new RpcConnection(address, machines.network, world.environment());
  const merged = connection.call({
    method: "Merge",
    repeatable: true,
    writeParams: (writer) => writeValue(writer, [key, null, [at, 0, uid], null, counter ?? null]),
    readResult: readValue,
  }, { timeoutMs: 1_000 });
  assertEquals(await world.complete(merged), true);
  await world.complete(connection.close());
}

/** Tombstones of all servers, and what has expired. */
async function kept(machines: Machines, servers: readonly Server[]): Promise<number[]> {
  const counts: number[] = [];
  for (const server of servers) {
    counts.push(Number((await machines.ask(server, (client) => client.stats())).tombstones));
  }
  return counts;
}

for (const isNumbered of [true, false]) {
  const how = isNumbered ? "with" : "without";
  testOfTwo(
    `what a backup of another cluster brings goes when it has expired, ${how} its number`,
    async ({ world, machines, servers, at }) => {
      const numbered = (counter: number) => isNumbered ? { counter } : {};
      const expiring = { key: "expiring", value: "v", at, expiresAt: at + 5_000, ...numbered(9) };
      await merge(machines, servers[0], expiring);
      await merge(machines, servers[1], { key: "kept", value: "v", at, ...numbered(8) });
      await world.advance(1_000);
      assertEquals(await kept(machines, servers), [0, 0]);
      await world.advance(5_000);
      assertEquals(await kept(machines, servers), [1, 1]);
      await world.advance(collectedMs);
      assertEquals(await kept(machines, servers), [0, 0]);
      for (const server of servers) {
        const exported = await machines.ask(server, (client) => Array.fromAsync(client.export("")));
        const found = exported.map(({ key, order, counter }) => [key, order[2], counter]);
        assertEquals(found, [["kept", uid, isNumbered ? 8 : undefined]]);
      }
    },
  );
}

testOfTwo(
  "a deletion that came without a number, or from another cluster, goes too",
  async ({ world, machines, servers, at }) => {
    await mergeDeletion(world, machines, servers[0], "numbered", at, 7);
    await mergeDeletion(world, machines, servers[0], "unnumbered", at);
    await world.advance(1_000);
    assertEquals(await kept(machines, servers), [2, 2]);
    await world.advance(collectedMs);
    assertEquals(await kept(machines, servers), [0, 0]);
  },
);

testOfTwo(
  "what a backup of another cluster brought, and was deleted just now, it does not bring back; later it does",
  async ({ world, machines, servers, at }) => {
    const entry = { key: "k", value: "v", at, counter: 7 };
    assertEquals(await merge(machines, servers[0], entry), true);
    await world.advance(1_000);
    await machines.ask(servers[1], (client) => client.delete("k"));
    await world.advance(10_000);
    assertEquals(await kept(machines, servers), [0, 0]);
    for (const server of servers) assertEquals(await merge(machines, server, entry), false);
    await world.advance(collectedMs);
    assertEquals(await merge(machines, servers[1], entry), true);
    await world.advance(10_000);
    for (const server of servers) {
      assertEquals(await machines.ask(server, (client) => client.get("k")), "v");
    }
  },
);

testOfTwo(
  "what an ended server alone had, and was deleted, a backup of it does not bring back",
  async ({ world, machines, servers: [first, second] }) => {
    await machines.ask(second, (client) => client.put("known", "v"));
    await world.advance(5_000);
    const [known] = await machines.ask(first, (client) => Array.fromAsync(client.export("known")));
    const [timestamp, , writer] = known.order;
    await machines.close(second);
    await world.advance(5_000);
    assertEquals(await machines.ask(first, (client) => client.forget(second.address)), true);
    const lost = {
      key: "lost",
      value: "v",
      order: [timestamp + 7, 0, writer] as const,
      counter: known.counter! + 5,
    };
    const restore = () => machines.ask(first, (client) => client.merge(lost));
    assertEquals(await restore(), true);
    const [restored] = await machines.ask(
      first,
      (client) => Array.fromAsync(client.export("lost")),
    );
    assertEquals(restored.counter, lost.counter);
    await world.advance(1_000);
    await machines.ask(first, (client) => client.delete("lost"));
    await world.advance(collectedMs);
    assertEquals(await kept(machines, [first]), [0]);
    assertEquals(await restore(), false);
    assertEquals(await machines.ask(first, (client) => client.get("lost")), undefined);
  },
);
