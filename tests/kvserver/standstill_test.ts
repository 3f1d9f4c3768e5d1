import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { Machines } from "./machines.ts";

const { peerLostMs } = defaultLimits;

testInWorld("a server that stood still has not missed anybody meanwhile", async (world) => {
  using machines = new Machines(world);
  const inMemory = { keepsData: false };
  const away = await world.complete(machines.start(0, inMemory));
  const server = await world.complete(machines.start(1, { ...inMemory, join: [away.address] }));
  await world.complete(server.synced());
  await machines.close(away);
  await world.advance(1_000);
  const lost = () => machines.logged.filter((line) => line === `m1: Peer ${away.address} is lost`);
  for (let i = 0; i < 3; i++) {
    world.spend(10 * peerLostMs);
    await world.advance(1_000);
  }
  assertEquals(lost().length, 0);
  await world.advance(peerLostMs);
  assertEquals(lost().length, 1);
  await machines.close(server);
});
