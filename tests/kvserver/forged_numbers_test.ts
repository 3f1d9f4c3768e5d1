import { assertEquals } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { Machines } from "./machines.ts";

// What a client merges under numbers that a living actor has yet to give.

/** In this time both servers have told each other what they have seen, and have compared. */
const comparedMs = 20_000;

/** The second query actor of a server has a number up to this. */
const actorsMax = 8;

for (
  const [what, mergedAt, actors] of [
    ["itself", 0, 1],
    ["another actor of its server", 0, 2],
    ["another server", 1, 1],
  ] as const
) {
  testInWorld(
    `numbers that an actor has yet to give, and a client merges at ${what}, cost none of its Puts`,
    async (world) => {
      using machines = new Machines(world);
      const first = await world.complete(machines.start(0, { queryActorCount: actors }));
      const second = await world.complete(machines.start(1, { join: [first.address] }));
      await world.complete(second.synced());
      await machines.ask(first, (client) => client.put("known", "v"));
      await world.advance(5_000);
      const [known] = await machines.ask(
        first,
        (client) => Array.fromAsync(client.export("known")),
      );
      const servers = [first, second];
      const [timestamp, , uid] = known.order;
      for (let ahead = 1; ahead <= 10; ahead++) {
        await machines.ask(servers[mergedAt], (client) =>
          client.merge({
            key: "forged",
            value: "v",
            order: [timestamp + ahead, 0, uid],
            counter: known.counter! + ahead,
          }));
      }
      await world.advance(1_000);
      for (let i = 0; i < 20; i++) {
        await machines.ask(first, (client) => client.put(`put/${i}`, "v"));
      }
      await world.advance(comparedMs);
      for (const server of servers) {
        assertEquals(await machines.ask(server, (client) => client.count("put/")), 20);
      }
      await machines.close(...servers);
    },
  );
}

testInWorld(
  "numbers that an actor of another server has yet to give, which has written nothing, cost none of its Puts",
  async (world) => {
    using machines = new Machines(world);
    const first = await world.complete(machines.start(0));
    const second = await world.complete(
      machines.start(1, { join: [first.address], queryActorCount: 2 }),
    );
    await world.complete(second.synced());
    const [busy, idle] = second.queryAddresses;
    await machines.askAt(busy, (client) => client.put("known", "v"));
    await world.advance(5_000);
    const [known] = await machines.ask(first, (client) => Array.fromAsync(client.export("known")));
    const [timestamp, , uid] = known.order;
    const server = uid.slice(0, uid.lastIndexOf("/"));
    let ahead = 0;
    for (let actor = 1; actor <= actorsMax; actor++) {
      const other = `${server}/${actor}`;
      if (other === uid) continue;
      // All but the first are single writes, which count once it comes.
      for (const counter of [...Array.from({ length: 19 }, (_, i) => i + 2), 1]) {
        await machines.ask(first, (client) =>
          client.merge({
            key: "forged",
            value: "v",
            order: [timestamp + ++ahead, 0, other],
            counter,
          }));
      }
    }
    await machines.ask(first, (client) => client.put("forged", "end"));
    await world.advance(1_000);
    for (let i = 0; i < 20; i++) {
      await machines.askAt(idle, (client) => client.put(`put/${i}`, "v"));
    }
    await world.advance(comparedMs);
    for (const address of [...first.queryAddresses, busy, idle]) {
      assertEquals(await machines.askAt(address, (client) => client.count("put/")), 20);
    }
    await machines.close(first, second);
  },
);
