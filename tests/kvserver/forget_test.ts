import { defaultLimits } from "../../limits.ts";
import { RpcError } from "../../rpc/mod.ts";
import { assertEquals, assertLessOrEqual, assertRejects } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import {
  expectForgottenAfterAWhile,
  expectTimeAwayAddedUp,
  known,
  startAll,
} from "./forgetting.ts";
import { Machines } from "./machines.ts";

testInWorld(
  "a server that is forgotten is known nowhere, dialed no more, and back when it greets again",
  async (world) => {
    using machines = new Machines(world);
    const [a, b, c] = await startAll(world, machines, 3);
    await machines.close(c);
    await world.advance(2_000);
    assertEquals(await known(machines, a), `${b.address} up, ${c.address} down`);
    assertEquals(await machines.ask(a, (client) => client.forget(c.address)), true);
    await world.advance(2_000);
    for (const [server, other] of [[a, b], [b, a]]) {
      assertEquals(await known(machines, server), `${other.address} up`);
      assertEquals(await machines.ask(server, (client) => client.forget(c.address)), false);
    }
    const { dials } = machines.network.at(c.address);
    await world.advance(600_000);
    assertEquals(machines.network.at(c.address).dials, dials);
    const back = await world.complete(machines.start(2));
    await world.advance(5_000);
    for (const [server, other] of [[a, b], [b, a]]) {
      assertEquals(await known(machines, server), `${other.address} up, ${back.address} up`);
    }
    await machines.close(a, b, back);
  },
);

testInWorld("forgetting holds on disk, and for who was away meanwhile", async (world) => {
  using machines = new Machines(world);
  const [a, b, c] = await startAll(world, machines, 3);
  await machines.close(b, c);
  await world.advance(2_000);
  await machines.ask(a, (client) => client.forget(c.address));
  await world.advance(1_000);
  await machines.close(a);
  // Only one that started again can tell the other, which remembers it.
  const again = await world.complete(machines.start(0));
  await world.advance(2_000);
  assertEquals(await known(machines, again), `${b.address} down`);
  const away = await world.complete(machines.start(1));
  await world.advance(5_000);
  assertEquals(await known(machines, again), `${b.address} up`);
  assertEquals(await known(machines, away), `${a.address} up`);
  const { dials } = machines.network.at(c.address);
  await world.advance(2 * defaultLimits.rejoinMaxMs);
  assertEquals(machines.network.at(c.address).dials, dials);
  await machines.close(again, away);
});

testInWorld(
  "a server that was remembered and is not there is known, and can be forgotten",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startAll(world, machines, 2);
    await machines.close(a, b);
    const again = await world.complete(machines.start(0));
    assertEquals(await known(machines, again), `${b.address} down`);
    const [, { incarnation, lagMs }] = await machines.ask(again, (client) => client.members());
    assertEquals([incarnation, lagMs], [null, null]);
    assertEquals(await machines.ask(again, (client) => client.forget(b.address)), true);
    assertEquals(await known(machines, again), "");
    await machines.close(again);
  },
);

testInWorld(
  "who is silent can be forgotten once its connection has ended, as is said",
  async (world) => {
    using machines = new Machines(world);
    const [a, b] = await startAll(world, machines, 2);
    for (const server of [a, b]) machines.network.at(server.address).reachability = "silent";
    await world.advance(6_500);
    assertEquals(await known(machines, a), `${b.address} down`);
    const { message } = await machines.ask(
      a,
      (client) => assertRejects(() => client.forget(b.address), RpcError),
    ) as RpcError;
    const [, left] =
      /: it is silent, but its connection still stands; .* is down: try again in (\d+) s$/
        .exec(message)!;
    assertLessOrEqual(Number(left), 12);
    await world.advance(Number(left) * 1_000);
    assertEquals(await machines.ask(a, (client) => client.forget(b.address)), true);
    await machines.close(a, b);
  },
);

testInWorld("who is there is not forgotten, whatever another one says", async (world) => {
  using machines = new Machines(world);
  const [a, b] = await startAll(world, machines, 2);
  const refusal = await machines.ask(
    a,
    (client) => assertRejects(() => client.forget(b.address), RpcError),
  );
  assertEquals(refusal.code, "bad_request");
  assertEquals(await known(machines, a), `${b.address} up`);
  for (const bad of ["", "nowhere", "m1", "m1:0"]) {
    const { code } = await machines.ask(
      a,
      (client) => assertRejects(() => client.forget(bad), RpcError),
    );
    assertEquals(code, "bad_request", bad);
  }
  await machines.close(a, b);
});

testInWorld(
  "a server that is down for long is forgotten by itself, or never when that is said",
  expectForgottenAfterAWhile,
);

testInWorld(
  "who is told to join two servers, of which one forgot the other, joins both",
  async (world) => {
    using machines = new Machines(world);
    // The one that forgot is heard first.
    [100, 10, 10].forEach((ms, i) => machines.network.at(machines.address(i)).latencyMs = ms);
    const [first, second] = await startAll(world, machines, 2);
    await machines.close(first, second);
    const b = await world.complete(machines.start(1));
    await world.advance(2_000);
    assertEquals(await machines.ask(b, (client) => client.forget(first.address)), true);
    const a = await world.complete(machines.start(0, { keepsData: false }));
    await world.advance(5_000);
    const c = await world.complete(machines.start(2, { join: [a.address, b.address] }));
    await world.advance(60_000);
    assertEquals(await known(machines, c), `${a.address} up, ${b.address} up`);
    assertEquals(await known(machines, a), `${b.address} up, ${c.address} up`);
    await machines.close(a, b, c);
  },
);

testInWorld(
  "how long a server is away is added up over restarts of those who wait, and begins anew when it was there",
  expectTimeAwayAddedUp,
);
