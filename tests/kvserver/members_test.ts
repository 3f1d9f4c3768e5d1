import type { Member, Server } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { smallOutbox } from "../simulate/checked_cluster.ts";
import { Machines, type Start } from "./machines.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

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
    const { comparisonIntervalMs } = defaultLimits;
    assert(down.agreedMs! >= downMs - comparisonIntervalMs - 1_000 && down.agreedMs! <= downMs);
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

/** Two servers, the second of which has another clock and is so far away. */
async function startPair(world: SimulatedWorld, machines: Machines, second: Start = {}) {
  const options = { ...inMemory, version: "1.2.3" };
  const a = await world.complete(machines.start(0, options));
  const b = await world.complete(machines.start(1, { ...options, join: [a.address], ...second }));
  await world.complete(b.synced());
  return [a, b];
}

testInWorld(
  "Members tells how far clocks are apart, also of servers that are far away",
  async (world) => {
    using machines = new Machines(world);
    for (const machine of [0, 1]) machines.network.at(machines.address(machine)).latencyMs = 250;
    const environment = world.environment({ clockSkewMs: 7_000 });
    const [a, b] = await startPair(world, machines, { environment });
    await world.advance(3_000);
    const [ofB, ofA] = [
      await memberAt(machines, a, b.address),
      await memberAt(machines, b, a.address),
    ];
    assertEquals([ofB.state, ofA.state, ofB.version, ofA.version], ["up", "up", "1.2.3", "1.2.3"]);
    assert(Math.abs(ofB.clockSkewMs! - 7_000) <= 1, `${ofB.clockSkewMs} ms`);
    assert(Math.abs(ofA.clockSkewMs! + 7_000) <= 1, `${ofA.clockSkewMs} ms`);
    await machines.close(a, b);
  },
);

testInWorld(
  "two live servers that claim one address are in conflict: all see it, and log it",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startPair(world, machines);
    const other = await world.complete(machines.start(2, inMemory));
    await world.advance(5_000);
    const endpoint = machines.network.at(b.address);
    const { listener } = endpoint;
    // The address leads to the other server from now on; the connection that b dialed stays.
    endpoint.listener = machines.network.at(other.address).listener;
    endpoint.cut();
    await world.advance(6_000);
    const stateOf = async (server: Server) =>
      (await machines.ask(server, (client) => client.members()))[0].state;
    assertEquals((await memberAt(machines, a, b.address)).state, "conflict");
    assertEquals([await stateOf(a), await stateOf(b), await stateOf(other)], [
      "self",
      "conflict",
      "conflict",
    ]);
    for (
      const line of [/^m0: .*another server: do two/, /^m1: .*another server/, /^m2: .*another one/]
    ) {
      assertEquals(machines.logged.some((logged) => line.test(logged)), true, `${line}`);
    }
    endpoint.listener = listener;
    await world.advance(10_000);
    assertEquals((await memberAt(machines, a, b.address)).state, "up");
    assertEquals([await stateOf(b), await stateOf(other)], ["self", "self"]);
    await machines.close(a, b, other);
  },
);

testInWorld(
  "a server that was started with the address of another one is in conflict: both see it, and log it",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startPair(world, machines);
    const copied = { ...inMemory, join: [a.address], advertise: b.address };
    const other = await world.complete(machines.start(2, copied));
    await world.advance(30_000);
    const stateOf = async (server: Server) =>
      (await machines.ask(server, (client) => client.members()))[0].state;
    assertEquals([await stateOf(b), await stateOf(other)], ["conflict", "conflict"]);
    assertEquals((await memberAt(machines, a, b.address)).state, "up");
    assertEquals(other.stats().ready, false);
    for (const line of [/^m0: .*another system/, /^m1: .*another one/, /^m2: .*do two adv/]) {
      assertEquals(machines.logged.some((logged) => line.test(logged)), true, `${line}`);
    }
    await machines.close(other);
    await world.advance(10_000);
    assertEquals(await stateOf(b), "self");
    await machines.close(a, b);
  },
);

testInWorld(
  "a server that falls behind is logged once, and that it has caught up",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startPair(world, machines);
    await world.advance(5_000);
    machines.logged.length = 0;
    machines.network.at(b.address).windowBytes = 0;
    await machines.ask(a, (client) => client.put("key", "x".repeat(1_000)));
    await world.advance(3_500);
    assertEquals((await memberAt(machines, a, b.address)).state, "up");
    machines.network.at(b.address).windowBytes = 1024 * 1024;
    await world.advance(3_000);
    assertEquals(machines.logged.length, 2, machines.logged.join("\n"));
    assertMatch(
      machines.logged[0],
      /^m0: Peer m1:6000 falls behind: 1\d{3} bytes wait for it, the oldest/,
    );
    assertEquals(machines.logged[1], "m0: Peer m1:6000 has caught up");
    assertEquals((await memberAt(machines, a, b.address)).lagMs, 0);
    await machines.close(a, b);
  },
);

testInWorld(
  "a server for which more waits than may is logged once, and that it has caught up",
  async (world) => {
    using machines = new Machines(world);
    const environment = world.environment({ limits: smallOutbox });
    const a = await world.complete(machines.start(0, { ...inMemory, environment }));
    const b = await world.complete(machines.start(1, { ...inMemory, join: [a.address] }));
    await world.complete(b.synced());
    await world.advance(5_000);
    machines.logged.length = 0;
    machines.network.at(b.address).windowBytes = 0;
    const putMany = (name: string) =>
      machines.ask(a, async (client) => {
        for (let i = 0; i < 12; i++) await client.put(`${name} ${i}`, "x".repeat(500_000));
      });
    await putMany("first");
    await world.advance(1_000);
    await putMany("more");
    await world.advance(1_000);
    machines.network.at(b.address).windowBytes = 1024 * 1024;
    await world.advance(20_000);
    assertEquals(machines.logged, [
      "m0: Peer m1:6000 is too far behind: more than 4194304 bytes waited for it, so that both compare what they hold",
      "m0: Peer m1:6000 has caught up",
    ]);
    const keys = await machines.ask(b, (client) => client.count(""));
    assertEquals(keys, 24);
    await machines.close(a, b);
  },
);

testInWorld("a server that is lost is logged once, and that it is back", async (world) => {
  using machines = new Machines(world);
  const [a, b] = await startPair(world, machines);
  await world.advance(60_000);
  machines.logged.length = 0;
  for (const { address } of [a, b]) machines.network.at(address).reachability = "silent";
  await machines.ask(a, (client) => client.put("key", "value"));
  await world.advance(2 * defaultLimits.peerLostMs);
  for (const { address } of [a, b]) {
    const endpoint = machines.network.at(address);
    endpoint.reachability = "answers";
    endpoint.cut();
  }
  await world.advance(10_000);
  const said = machines.logged.filter((line) => line.startsWith(`m0: Peer ${b.address} is `));
  assertEquals(said.map((line) => line.split(" is ")[1]), ["lost", "back", "heard again"]);
  await machines.close(a, b);
});

testInWorld(
  "a server of which nothing comes any more is down after 5 s, though no connection ends, and is logged so",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startPair(world, machines);
    await world.advance(60_000);
    for (const server of [a, b]) machines.network.at(server.address).reachability = "silent";
    const silentMs = world.environment().now();
    await world.advance(2_900);
    assertEquals((await memberAt(machines, a, b.address)).state, "up");
    await world.advance(3_000);
    const { state, sinceMs, agreedMs } = await memberAt(machines, a, b.address);
    assert(
      agreedMs! <= sinceMs && agreedMs! > sinceMs - defaultLimits.comparisonIntervalMs - 1_000,
    );
    assertEquals(state, "down");
    assert(sinceMs <= silentMs && sinceMs > silentMs - 3_000, `${sinceMs} and not ${silentMs}`);
    machines.logged.splice(0, 2);
    const silent = [`m0: Peer ${b.address}`, `m1: Peer ${a.address}`];
    // Which of them looks first is neither's concern.
    assertEquals(
      machines.logged.splice(0).sort(),
      silent.map((peer) => `${peer} has not been heard for 5 s`),
    );
    for (const server of [a, b]) {
      const endpoint = machines.network.at(server.address);
      endpoint.reachability = "answers";
      // Connections that were silent stay so.
      endpoint.cut();
    }
    await world.advance(5_000);
    assertEquals(machines.logged.sort(), silent.map((peer) => `${peer} is heard again`));
    await machines.close(a, b);
  },
);

testInWorld(
  "a server that is reached one way only is one-way on both sides, and both say so",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startPair(world, machines);
    await world.advance(5_000);
    machines.network.at(b.address).reachability = "refuses";
    await world.advance(2_000);
    assertEquals((await memberAt(machines, b, a.address)).state, "up");
    await world.advance(3_000);
    assertEquals((await memberAt(machines, a, b.address)).state, "one-way");
    assertEquals((await memberAt(machines, b, a.address)).state, "one-way");
    // Which of both sees it first does not matter.
    assertEquals(machines.logged.filter((line) => /reache/.test(line)).sort(), [
      `m0: Peer ${b.address} reaches this server, and is not reached`,
      `m1: Peer ${a.address} is reached, and does not reach this server`,
    ]);
    machines.network.at(b.address).reachability = "answers";
    await world.advance(5_000);
    assertEquals((await memberAt(machines, a, b.address)).state, "up");
    assertEquals(
      machines.logged.filter((line) => /reaches this server again/.test(line)).length,
      2,
    );
    await machines.close(a, b);
  },
);
