import type { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { Machines, type Start } from "./machines.ts";

/** So many servers with data, each of which knows all others. */
export async function startAll(
  world: SimulatedWorld,
  machines: Machines,
  count: number,
  options: Start = {},
) {
  const servers: Server[] = [];
  for (let machine = 0; machine < count; machine++) {
    const join = servers.slice(0, 1).map(({ address }) => address);
    servers.push(await world.complete(machines.start(machine, { ...options, join })));
    await world.complete(servers[machine].synced());
  }
  await world.advance(5_000);
  return servers;
}

/** The others that a server knows, and their states. */
export async function known(machines: Machines, server: Server): Promise<string> {
  const members = await machines.ask(server, (client) => client.members());
  return members.slice(1).map(({ address, state }) => `${address} ${state}`).join(", ");
}

/**
 * Expects that a server that is down for long is forgotten by itself, or never when that is said.
 *
 * @throws {AssertionError} when nothing runs any more.
 */
export async function expectForgottenAfterAWhile(world: SimulatedWorld): Promise<void> {
  for (const [forgetAfterMs, stays] of [[60_000, false], [0, true]] as const) {
    using machines = new Machines(world);
    const [a, b, c] = await startAll(world, machines, 3, { forgetAfterMs });
    await machines.close(b);
    await world.advance(50_000);
    const before = await known(machines, a);
    await world.advance(20_000);
    const after = [await known(machines, a), await known(machines, c)];
    await machines.close(a, c);
    assertEquals(before, `${b.address} down, ${c.address} up`);
    const down = stays ? [`${b.address} down`] : [];
    assertEquals(after, [
      [...down, `${c.address} up`].join(", "),
      [`${a.address} up`, ...down].join(", "),
    ]);
  }
}

/**
 * Expects that the time for which a server is away is added up over restarts of those who wait, and begins anew
 * when it was there.
 *
 * @throws {AssertionError} when nothing runs any more.
 */
export async function expectTimeAwayAddedUp(world: SimulatedWorld): Promise<void> {
  using machines = new Machines(world);
  const options = { forgetAfterMs: 60_000 };
  const [a, b] = await startAll(world, machines, 2, options);
  await machines.close(b);
  let waiting = a;
  /** The one that waits runs for a while, and restarts. */
  const restart = async () => {
    await world.advance(25_000);
    await machines.close(waiting);
    // What passes while it is stopped itself is not counted: it cannot know who was there.
    await world.advance(1_000_000);
    waiting = await world.complete(machines.start(0, options));
  };
  const found: string[] = [];
  const look = async () => void found.push(await known(machines, waiting));
  await restart();
  await restart();
  await look();
  const back = await world.complete(machines.start(1, options));
  await world.advance(5_000);
  await look();
  await machines.close(back);
  await restart();
  await restart();
  await world.advance(5_000);
  await look();
  await world.advance(15_000);
  await look();
  await machines.close(waiting);
  assertEquals(found, [`${b.address} down`, `${b.address} up`, `${b.address} down`, ""]);
}
