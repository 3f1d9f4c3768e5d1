import { JoinError } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { ConnectionError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects } from "../deps.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { testInWorld } from "../support/simulation.ts";
import { Machines } from "./machines.ts";

const { joinRetryMaxMs, rejoinMaxMs } = defaultLimits;

const inMemory = { keepsData: false };

testInWorld(
  "a server joins an address over its own transport, and waits while that starts",
  async (world) => {
    using machines = new Machines(world);
    machines.disks.readMs = () => 3_000;
    const starting = machines.start(0);
    await world.advance(1_000);
    const joining = machines.start(1, { ...inMemory, join: [machines.address(0)] });
    await world.advance(1_000);
    assertEquals(machines.logged, [
      "m1: Cannot join m0:6000 yet: it is still starting; it is asked again",
    ]);
    const [first, second] = await world.complete(Promise.all([starting, joining]));
    await machines.ask(first, (client) => client.put("k", "v"));
    await world.complete(second.synced());
    await world.advance(1_000);
    assertEquals(await machines.ask(second, (client) => client.get("k")), "v");
    await machines.close(first, second);
  },
);

testInWorld(
  "a start fails when nobody answers, or somebody else, and leaves nothing",
  async (world) => {
    using machines = new Machines(world);
    const join = [machines.address(0)];
    for (const options of [inMemory, {}]) {
      await world.complete(
        assertRejects(() => machines.start(1, { ...options, join }), ConnectionError),
      );
    }
    const other = new ScriptedServer(machines.network, 6000, "m0");
    other.onRequest = (request) => other.reply(request, '{"cmud":2}');
    await world.complete(assertRejects(() => machines.start(1, { join }), JoinError, "version 2"));
    other.close();
    // The directory is free.
    await machines.close(await world.complete(machines.start(1)));
  },
);

testInWorld("a member starts though nobody answers, and joins whoever comes", async (world) => {
  using machines = new Machines(world);
  const first = await world.complete(machines.start(0));
  const second = await world.complete(machines.start(1, { join: [first.address] }));
  await world.complete(second.synced());
  await machines.ask(first, (client) => client.put("before", "1"));
  await world.advance(1_000);
  await machines.close(first, second);
  // As after a power cut, with the command line of the first time.
  const again = await world.complete(machines.start(1, { join: [machines.address(0)] }));
  assertEquals(again.stats().ready, true);
  await machines.ask(again, (client) => client.put("alone", "2"));
  const back = await world.complete(machines.start(0));
  await world.advance(joinRetryMaxMs + 5_000);
  for (const server of [again, back]) {
    assert(server.stats().ready);
    const list = await machines.ask(server, (client) => client.list(""));
    assertEquals(list, new Map([["alone", "2"], ["before", "1"]]));
  }
  await machines.close(again, back);
});

testInWorld("a server that remembers one who comes by itself asks no more", async (world) => {
  using machines = new Machines(world);
  const first = await world.complete(machines.start(0));
  const second = await world.complete(machines.start(1, { join: [first.address] }));
  await world.complete(second.synced());
  await world.advance(1_000);
  await machines.close(first, second);
  const endpoint = machines.network.at(second.address);
  const alone = await world.complete(machines.start(0));
  await world.advance(rejoinMaxMs);
  const back = await world.complete(machines.start(1));
  await world.complete(back.synced());
  const { dials } = endpoint;
  await world.advance(3 * rejoinMaxMs);
  assertEquals(endpoint.dials, dials);
  await machines.close(back, alone);
});

testInWorld("a server that closes asks for nobody any more", async (world) => {
  using machines = new Machines(world);
  const first = await world.complete(machines.start(0));
  const second = await world.complete(machines.start(1, { join: [first.address] }));
  await world.complete(second.synced());
  await world.advance(1_000);
  await machines.close(first, second);
  const alone = await world.complete(machines.start(1));
  await machines.close(alone);
  const endpoint = machines.network.at(first.address);
  const { dials } = endpoint;
  await world.advance(3 * rejoinMaxMs);
  assertEquals(endpoint.dials, dials);
});

testInWorld("a running server outlives whatever a remembered address says", async (world) => {
  using machines = new Machines(world);
  const first = await world.complete(machines.start(0));
  const second = await world.complete(machines.start(1, { join: [first.address] }));
  await world.complete(second.synced());
  await world.advance(1_000);
  await machines.close(first, second);
  const other = new ScriptedServer(machines.network, 6000, "m0");
  const results = ["", "nonsense", '{"cmud":2}', 7, null, { a: 1 }, "\u{1b}[31m"];
  let answers = 0;
  other.onRequest = (request) => {
    const n = answers++ % (results.length + 1);
    if (n === results.length) other.refuse(request, "internal", "\u{1b}[31m".repeat(9_999));
    else other.reply(request, results[n]);
  };
  const again = await world.complete(machines.start(1));
  machines.logged.length = 0;
  await world.advance(10 * rejoinMaxMs);
  assert(answers > results.length + 1);
  assertEquals(machines.logged.length, 1);
  assert(machines.logged[0].length < 500);
  assertEquals(again.stats().ready, true);
  other.close();
  const back = await world.complete(machines.start(0));
  await world.advance(2 * rejoinMaxMs);
  await machines.ask(back, (client) => client.put("k", "v"));
  await world.advance(1_000);
  assertEquals(await machines.ask(again, (client) => client.get("k")), "v");
  await machines.close(again, back);
});

for (let seed = 1; seed <= 4; seed++) {
  const count = 4 + seed;
  testInWorld(
    `${count} servers with data that all start at once find together, seed ${seed}`,
    async (world) => {
      using machines = new Machines(world);
      const all = Array.from({ length: count }, (_, machine) => machine);
      const first = await world.complete(machines.start(0));
      const others = await world.complete(
        Promise.all(
          all.slice(1).map((machine) => machines.start(machine, { join: [first.address] })),
        ),
      );
      await world.complete(Promise.all(others.map((server) => server.synced())));
      await world.advance(5_000);
      await machines.close(first, ...others);
      // Each has something that no other has.
      const expected = new Map<string, string>();
      for (const machine of all) {
        const alone = await world.complete(machines.start(machine));
        await machines.ask(alone, (client) => client.put(`key ${machine}`, "v"));
        expected.set(`key ${machine}`, "v");
        await machines.close(alone);
      }
      machines.disks.readMs = () => world.random.below(2_000);
      for (const { address } of [first, ...others]) {
        machines.network.at(address).latencyMs = world.random.below(100);
      }
      const servers = await world.complete(Promise.all(all.map(async (machine) => {
        await new Promise<void>((resolve) => world.after(world.random.below(1_000), resolve));
        // Some are started with the command line of the first time.
        const join = world.random.below(2) === 0 || machine === 0 ? [] : [machines.address(0)];
        return machines.start(machine, { join });
      })));
      await world.advance(30_000);
      for (const server of servers) {
        assertEquals(server.stats().ready, true, server.address);
        const list = await machines.ask(server, (client) => client.list(""));
        assertEquals([...list].sort(), [...expected].sort(), server.address);
        const members = await machines.ask(server, (client) => client.members());
        const states = members.map(({ state }) => state);
        assertEquals(states, ["self", ...all.slice(1).map(() => "up")], server.address);
      }
      await machines.close(...servers);
    },
    { seed },
  );
}
