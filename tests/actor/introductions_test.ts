import { type GreetedStream, RefusedError, WrongIncarnationError } from "../../actor/greeting.ts";
import { Introductions } from "../../actor/introductions.ts";
import type { SystemId } from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

const {
  introductionsMax,
  introductionsAtOnce,
  introductionsPerHostAtOnce,
  introductionsPerSecond,
  introductionMs,
  dialTimeoutMs,
} = defaultLimits;

/** Introductions whose dials do what the test says, and what came of them. */
class Introduced {
  /** When each dial began. */
  readonly dialsMs: number[] = [];
  readonly met: [address: string, isMet: boolean][] = [];
  readonly greeted: string[] = [];
  /** Where each dial went. */
  readonly dialed: string[] = [];
  /** Dials under way, and the most of them at once. */
  dialing = 0;
  /** Connections that were closed because nobody waited for them. */
  closed = 0;
  mostAtOnce = 0;
  readonly introductions: Introductions;
  #world: SimulatedWorld;

  /** @param dial resolves when the system greets */
  constructor(world: SimulatedWorld, dial: (id: SystemId) => Promise<void>) {
    this.#world = world;
    this.introductions = new Introductions({
      environment: world.environment(),
      greet: async (id) => {
        this.dialsMs.push(world.nowMs);
        this.dialed.push(id.address);
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.dialing);
        try {
          await dial(id);
        } finally {
          this.dialing--;
        }
        return { stream: { close: () => void this.closed++ } } as unknown as GreetedStream;
      },
      greeted: ({ address }) => void this.greeted.push(address),
    });
  }

  /** @returns what ends the wait for it */
  name(address: string, isCaller = false, from = "somewhere"): () => void {
    const id = { address, incarnation: "life" };
    return this.introductions.meet(
      id,
      { isCaller, from },
      (outcome) => void this.met.push([address, outcome === "met"]),
    );
  }

  /** Fails when the time of a dial that nobody answers is over. */
  nobody(): Promise<void> {
    return new Promise((_, reject) => {
      this.#world.after(dialTimeoutMs, () => reject(new Error("nobody")));
    });
  }
}

testInWorld("Introductions dials few at once, and no more a second than may be", async (world) => {
  const stage: Introduced = new Introduced(world, () => stage.nobody());
  for (let i = 0; i < 3_000; i++) stage.name(`nowhere:${i}`);
  // One too many is not dialed at all.
  assertEquals(stage.met.length, 3_000 - introductionsMax);
  assertEquals(stage.introductions.size, introductionsMax);
  await world.advance(15 * introductionMs);
  assertEquals(stage.mostAtOnce, introductionsPerHostAtOnce);
  for (const [i, ms] of stage.dialsMs.entries()) {
    const after = stage.dialsMs[i + introductionsPerSecond];
    if (after !== undefined) assertGreater(after - ms, 990);
  }
  // Whatever is named, it ends.
  assertEquals([stage.introductions.size, stage.greeted, stage.dialing], [0, [], 0]);
  const { length } = stage.dialsMs;
  await world.advance(10 * introductionMs);
  assertEquals(stage.dialsMs.length, length);
});

testInWorld(
  "Introductions dials at most so often a second when all fail at once",
  async (world) => {
    const stage = new Introduced(world, () => Promise.reject(new Error("refused")));
    for (let i = 0; i < introductionsMax; i++) stage.name(`nowhere:${i}`);
    await world.advance(2 * introductionMs);
    for (const [i, ms] of stage.dialsMs.entries()) {
      const after = stage.dialsMs[i + introductionsPerSecond];
      if (after !== undefined) assertGreater(after - ms, 990);
    }
    assertEquals(stage.introductions.size, 0);
  },
);

testInWorld(
  "Introductions gives a system a minute, and greets it as soon as it is there",
  async (world) => {
    let isThere = false;
    const stage = new Introduced(
      world,
      () => isThere ? Promise.resolve() : Promise.reject(new Error("nobody")),
    );
    stage.name("late:1");
    await world.advance(introductionMs / 2);
    isThere = true;
    stage.name("late:1", true);
    await world.advance(defaultLimits.introductionPauseMaxMs);
    assertEquals([stage.greeted, stage.met], [["late:1"], [["late:1", true], ["late:1", true]]]);
    isThere = false;
    stage.name("never:1");
    await world.advance(introductionMs + 1_000);
    assertEquals(stage.met.at(-1), ["never:1", false]);
    const last = stage.dialsMs.at(-1)!;
    assertLessOrEqual(last, world.nowMs - 500);
  },
);

testInWorld("Introductions does not dial again who is another one, or refuses", async (world) => {
  for (const error of [new WrongIncarnationError("another"), new RefusedError("version")]) {
    const stage = new Introduced(world, () => Promise.reject(error));
    stage.name("other:1");
    await world.advance(introductionMs);
    assertEquals([stage.dialsMs.length, stage.met], [1, [["other:1", false]]]);
  }
});

testInWorld("Introductions greets who connected before those that others named", async (world) => {
  const stage: Introduced = new Introduced(
    world,
    ({ address }) => address === "caller:1" ? Promise.resolve() : stage.nobody(),
  );
  for (let i = 0; i < introductionsMax - 1; i++) stage.name(`nowhere:${i}`);
  await world.advance(100);
  stage.name("caller:1", true);
  await world.advance(6_000);
  assertEquals(stage.met, [["caller:1", true]]);
  stage.introductions.close();
  assert(stage.met.slice(1).every(([, isMet]) => !isMet));
  assertEquals(stage.met.length, introductionsMax);
  await world.advance(6_000);
});

testInWorld("Introductions keeps one listener of a system that is named often", async (world) => {
  const stage = new Introduced(world, () => Promise.resolve());
  for (let i = 0; i < 1_000; i++) stage.name("named:1");
  await world.advance(0);
  assertEquals(stage.met, [["named:1", true]]);
});

testInWorld("Introductions does not dial whom nobody waits for any more", async (world) => {
  const { promise: answers, resolve } = Promise.withResolvers<void>();
  const stage: Introduced = new Introduced(world, () => answers);
  // Each of those that are dialed first is waited for twice.
  const callers = Array.from({ length: 100 }, (_, i) => stage.name(`caller:${i}`, true));
  const again = callers.map((_, i) => stage.name(`caller:${i}`, true));
  await world.advance(5_000);
  assertEquals(stage.dialing, introductionsPerHostAtOnce);
  for (const end of [...callers, ...again.slice(1)]) end();
  assertEquals(stage.introductions.size, 1);
  resolve();
  await world.advance(introductionMs);
  assertEquals([stage.dialsMs.length, stage.greeted, stage.met], [
    introductionsPerHostAtOnce,
    ["caller:0"],
    [["caller:0", true]],
  ]);
  assertEquals(stage.closed, introductionsPerHostAtOnce - 1);
});

testInWorld("Introductions of one address that does not answer hold nobody up", async (world) => {
  const stage: Introduced = new Introduced(
    world,
    ({ address }) => address === "real:1" ? Promise.resolve() : stage.nobody(),
  );
  const met: boolean[] = [];
  const options = { isCaller: true, from: "somewhere" };
  for (let i = 0; i < 2 * introductionsMax; i++) {
    const id = { address: "silent:1", incarnation: `life ${i}` };
    stage.introductions.meet(id, options, (outcome) => void met.push(outcome === "met"));
  }
  await world.advance(20);
  assertEquals(stage.dialing, 1);
  stage.name("real:1", true);
  await world.advance(20);
  assertEquals(stage.met, [["real:1", true]]);
  assertEquals(met, new Array(introductionsMax + 1).fill(false));
  stage.introductions.close();
  await world.advance(6_000);
});

testInWorld("Introductions of many hosts are dialed together, a few at once", async (world) => {
  const stage: Introduced = new Introduced(world, () => stage.nobody());
  for (let i = 0; i < introductionsMax; i++) stage.name(`nowhere:${i}`, true, `host ${i % 4}`);
  await world.advance(4_000);
  assertEquals(stage.dialing, introductionsAtOnce);
  stage.introductions.close();
  await world.advance(6_000);
});

testInWorld("a host that names as many as it can keeps no other one waiting", async (world) => {
  const stage: Introduced = new Introduced(
    world,
    ({ address }) => address.startsWith("real") ? Promise.resolve() : stage.nobody(),
  );
  for (let i = 0; i < 2 * introductionsMax; i++) stage.name(`nowhere:${i}`, true, "greedy");
  assertEquals([stage.introductions.size, stage.met.length], [introductionsMax, introductionsMax]);
  await world.advance(1_000);
  stage.met.length = 0;
  // Of each that comes now, the greedy one gives up one of its own.
  stage.name("real:1", true, "caller");
  stage.name("real:2", false, "peer");
  await world.advance(100);
  assertEquals(stage.met.filter(([, isMet]) => isMet), [["real:1", true], ["real:2", true]]);
  assertEquals(stage.met.filter(([, isMet]) => !isMet).length, 2);
  assertEquals(stage.dialing, introductionsPerHostAtOnce);
  stage.introductions.close();
  await world.advance(6_000);
});

testInWorld("hosts take turns, however much each names", async (world) => {
  const stage: Introduced = new Introduced(world, () => Promise.reject(new Error("refused")));
  for (let i = 0; i < introductionsMax / 2; i++) stage.name(`nowhere:${i}`, true, "greedy");
  for (let i = 0; i < 20; i++) stage.name(`elsewhere:${i}`, false, "modest");
  await world.advance(20 * 2 * 1_000 / introductionsPerSecond + 20);
  assertGreater(stage.dialed.filter((address) => address.startsWith("elsewhere")).length, 18);
  stage.introductions.close();
});

testInWorld(
  "Introductions of a host that is too slow for many dials at once are all met, one after the other",
  async (world) => {
    const perSecond = 3;
    let freeMs = 0;
    // It answers one dial after the other, those that were given up as well.
    const stage: Introduced = new Introduced(world, () => {
      freeMs = Math.max(freeMs, world.nowMs) + 1_000 / perSecond;
      if (freeMs - world.nowMs > dialTimeoutMs) return stage.nobody();
      return new Promise((resolve) => void world.after(freeMs - world.nowMs, resolve));
    });
    for (let i = 0; i < 256; i++) stage.name(`slow:${i}`, true);
    await world.advance(introductionMs);
    for (let i = 0; i < 256; i++) {
      if (!stage.greeted.includes(`slow:${i}`)) stage.name(`slow:${i}`, true);
    }
    await world.advance(2 * introductionMs);
    assertEquals(stage.greeted.length, 256);
  },
);

testInWorld("Introductions keeps nothing of those that gave way to others", async (world) => {
  const stage: Introduced = new Introduced(world, () => stage.nobody());
  const named = { isCaller: false, from: "greedy" };
  const ignore = () => {};
  const nameMany = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const id = { address: `nowhere:${i % 500}`, incarnation: `life ${i}` };
      stage.introductions.meet(id, named, ignore);
    }
  };
  nameMany(0, introductionsMax);
  await world.advance(1_000);
  nameMany(introductionsMax, 20 * introductionsMax);
  assertEquals(stage.introductions.size, introductionsMax);
  assertLessOrEqual(stage.introductions.waiting, introductionsMax);
  const ends = Array.from({ length: 5_000 }, (_, i) => stage.name(`caller:${i}`, true, "other"));
  for (const end of ends) end();
  assertLessOrEqual(stage.introductions.waiting, introductionsMax);
  stage.introductions.close();
  assertEquals(stage.introductions.waiting, 0);
  await world.advance(6_000);
});
