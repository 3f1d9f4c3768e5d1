import type { TellObserver } from "../../actor/mod.ts";
import { decode } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { testInWorld } from "../support/simulation.ts";

/** Keeps who told whom what. */
class Observed implements TellObserver {
  readonly tells: [from: number | undefined, to: number, message: unknown][] = [];

  told(...[from, to, { bytes, start, end }]: Parameters<TellObserver["told"]>): void {
    this.tells.push([from?.counter, to.counter, decode(bytes, start, end)]);
  }
}

testInWorld(
  "an observer sees what actors tell, and what code outside of them does",
  async (world) => {
    const { system } = await startSystem(world);
    const observed = new Observed();
    const { ref: pong } = startProbe(system);
    const { ref: ping } = startProbe(system, (message, context) => {
      if (message === "go") context.tell(pong, { ball: 1 });
      if (message === "later") context.tellAfter(context.self, "now", 50);
    });
    system.observer = observed;
    system.tell(ping, "go");
    system.tell(ping, "later");
    await world.advance(100);
    assertEquals(observed.tells, [
      [undefined, ping.counter, "go"],
      [undefined, ping.counter, "later"],
      [ping.counter, pong.counter, { ball: 1 }],
      [ping.counter, ping.counter, "now"],
    ]);
    system.observer = undefined;
    system.tell(ping, "go");
    await world.advance(0);
    assertEquals(observed.tells.length, 4);
    await system.close();
  },
);

testInWorld("a message that is told later keeps no memory but its own", async (world) => {
  const { system } = await startSystem(world);
  const spareBytes: number[] = [];
  const { ref } = startProbe(system, (message, context) => {
    if (message === "go") context.tellAfter(context.self, "later", 50);
  });
  system.tell(ref, "go");
  system.observer = {
    told: (_from, _to, { bytes, start, end }) =>
      spareBytes.push(bytes.buffer.byteLength - end + start),
  };
  await world.run();
  assertEquals(spareBytes, [0]);
  await system.close();
});

testInWorld("an observer sees what is told to channels, and to actors elsewhere", async (world) => {
  const one = await startSystem(world, { hostname: "one", port: 1 });
  const two = await startSystem(world, { hostname: "two", port: 2, network: one.network });
  const observed = new Observed();
  const far = startProbe(two.system);
  const { ref, response } = one.system.newChannelRef();
  const near = startProbe(one.system, (_message, context) => {
    context.tell(ref, "here");
    context.tell(far.ref, "there");
  });
  one.system.observer = observed;
  one.system.tell(near.ref, "go");
  assertEquals(await world.complete(response), "here");
  assertEquals(observed.tells.slice(1), [
    [near.ref.counter, ref.counter, "here"],
    [near.ref.counter, far.ref.counter, "there"],
  ]);
  await Promise.all([one.system.close(), two.system.close()]);
});
