import type { Member, Server } from "../../kvserver/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { testInWorld } from "../support/simulation.ts";
import { until } from "../support/until.ts";
import { Cluster } from "../sync/cluster.ts";
import { Machines } from "./machines.ts";

const inMemory = { keepsData: false };

async function memberAt(machines: Machines, server: Server, address: string): Promise<Member> {
  const members = await machines.ask(server, (client) => client.members());
  const member = members.find((member) => member.address === address);
  assert(member !== undefined, `${server.address} does not know ${address}`);
  return member;
}

testInWorld(
  "Members tells a row for each server that is known, the one that is asked first",
  async (world) => {
    using machines = new Machines(world);
    const servers: Server[] = [];
    for (const machine of [2, 0, 1]) {
      const join = servers.slice(0, 1).map(({ address }) => address);
      servers.push(
        await world.complete(machines.start(machine, { ...inMemory, join, version: "1.2.3" })),
      );
    }
    await world.advance(5_000);
    for (const server of servers) {
      const rows = await machines.ask(server, (client) => client.members());
      const others = servers.filter((other) => other !== server).map(({ address }) => address)
        .sort();
      assertEquals(rows.map(({ address }) => address), [server.address, ...others]);
      assertEquals(rows.map(({ state }) => state), ["self", "up", "up"]);
      for (const row of rows) {
        const { lagMs, pendingBytes, tombstonesHeld, refusedMessages } = row;
        assertEquals([lagMs, pendingBytes, tombstonesHeld, refusedMessages], [0, 0, 0, 0]);
        assert(/^[0-9a-f]{16}$/.test(row.incarnation!));
      }
      const told = await world.complete(server.members());
      assertEquals(told.map(({ address }) => address), rows.map(({ address }) => address));
    }
    await machines.close(...servers);
  },
);

testInWorld(
  "Members tells who is down and since when, what waits for it, and that it is back",
  async (world) => {
    using machines = new Machines(world);
    const first = await world.complete(machines.start(0));
    const second = await world.complete(machines.start(1, { join: [first.address] }));
    await world.advance(5_000);
    await machines.close(second);
    const downMs = world.environment().now();
    await world.advance(1_000);
    await machines.ask(first, (client) => client.put("key", "x".repeat(10_000)));
    await world.advance(4_000);
    const down = await memberAt(machines, first, second.address);
    assertEquals(down.state, "down");
    assert(Math.abs(down.sinceMs - downMs) <= 1_000, `${down.sinceMs} and not ${downMs}`);
    assert(down.lagMs! >= 3_900 && down.lagMs! <= 4_200, `${down.lagMs} ms`);
    assert(down.pendingBytes >= 10_000 && down.pendingBytes < 11_000, `${down.pendingBytes} bytes`);
    assert(down.agreedMs! >= downMs - 1_000 && down.agreedMs! <= downMs + 1_100);
    const { pendingBytes, oldestPendingMs } = first.stats();
    assertEquals(pendingBytes, down.pendingBytes);
    assert(oldestPendingMs >= 3_500, `${oldestPendingMs} ms`);
    const back = await world.complete(machines.start(1));
    await world.advance(5_000);
    const up = await memberAt(machines, first, back.address);
    assertEquals([up.state, up.lagMs, up.pendingBytes], ["up", 0, 0]);
    assertEquals([first.stats().pendingBytes, first.stats().oldestPendingMs], [0, 0]);
    assertEquals((await machines.ask(first, (client) => client.members())).length, 2);
    await machines.close(first, back);
  },
);

Deno.test("Members of both ports of a server with several threads are the same", async () => {
  await using cluster = await Cluster.start(2, () => ({ queryActorCount: 3, threads: 2 }));
  await cluster.ready();
  const [server] = cluster.servers;
  await until("each knows the other", async () => (await server.members()).length === 2, {
    timeoutMs: 5_000,
  });
  using socket = await RawSocket.connect(server.address);
  const rows = await socket.ask("Members") as Member[];
  const names = (members: readonly Member[]) => members.map(({ address }) => address);
  for (const client of cluster.clients[0]) assertEquals(names(await client.members()), names(rows));
  // Any number of requests cost the actors no more than their pace allows.
  await Promise.all(Array.from({ length: 500 }, () => cluster.clients[0][2].members()));
  cluster.expectPace();
});
