import type { ActorContext } from "../../actor/mod.ts";
import { SendPacer } from "../../kvserver/messages/send_pacer.ts";
import { Ticks } from "../../kvserver/messages/ticks.ts";
import { defaultLimits } from "../../limits.ts";
import { awakeEnvironment, realEnvironment, TokenBucket } from "../../rpc/mod.ts";
import { assertEquals, assertLess, fc } from "../deps.ts";

/** A pace of 100 ms, a clock that is set by hand, and the delays of its ticks. */
function newPace() {
  const ticks: number[] = [];
  const calledOff: number[] = [];
  const clock = { nowMs: 1_000 };
  const context = {
    self: { address: "a:1", incarnation: "0", counter: 1 },
    monotonicMs: () => clock.nowMs,
    tellAfter: (_ref: unknown, _tick: unknown, delayMs: number) => {
      ticks.push(delayMs);
      return () => void calledOff.push(delayMs);
    },
  } as unknown as ActorContext;
  const coming = new Ticks(context, "disk");
  const pace = new SendPacer(context, coming, new TokenBucket(1, 100));
  return { pace, clock, ticks, coming, calledOff, context };
}

const hourMs = 3_600_000;

Deno.test("SendPacer has one tick come when the next message is due", () => {
  const { pace, clock, ticks, coming } = newPace();
  assertEquals(pace.isDue(), true);
  pace.sent();
  clock.nowMs += 30.5;
  assertEquals([pace.isDue(), pace.isDue(), ticks], [false, false, [70]]);
  clock.nowMs += 70;
  coming.ticked();
  assertEquals([pace.isDue(), ticks], [true, [70]]);
});

Deno.test("SendPacer has a tick come earlier, in place of the one that is on its way", () => {
  const { pace, ticks, calledOff } = newPace();
  pace.sent();
  pace.isDue();
  pace.tickWithin(20);
  pace.tickWithin(50);
  assertEquals([ticks, calledOff], [[100, 20], [100]]);
});

Deno.test("SendPacer has another tick come after one that came a moment early", () => {
  const { pace, clock, ticks, coming } = newPace();
  pace.sent();
  pace.isDue();
  clock.nowMs += 99.9;
  coming.ticked();
  pace.sent();
  clock.nowMs += 1;
  // What was taken a moment early is not owed.
  assertEquals([pace.isDue(), ticks], [false, [100, 99]]);
});

Deno.test("SendPacer asks for another tick when one that came a moment early is all that there is", () => {
  const { pace, clock, ticks, coming } = newPace();
  pace.sent();
  pace.isDue();
  clock.nowMs += 99.9;
  coming.ticked();
  assertEquals([pace.isDue(), ticks], [false, [100, 1]]);
  clock.nowMs += 1;
  coming.ticked();
  assertEquals([pace.isDue(), ticks], [true, [100, 1]]);
});

Deno.test("SendPacer has a tick come for what is left, be the next message due or not", () => {
  const { clock, ticks, coming, context } = newPace();
  const pace = new SendPacer(context, coming, new TokenBucket(2, 100));
  pace.sent();
  pace.awaitDue();
  clock.nowMs += 1;
  coming.ticked();
  pace.sent();
  pace.awaitDue();
  assertEquals(ticks, [0, 99]);
});

Deno.test("SendPacer lets the first few messages of a sync actor go at once, and no second sees eleven", () => {
  /** Time until the next change, and time that passes while the message is made. */
  const step = fc.tuple(
    fc.oneof(fc.constant(0), fc.double({ min: 0, max: 160, noNaN: true }), fc.nat(hourMs)),
    fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(300), fc.nat(hourMs)),
  );
  const property = fc.property(
    fc.array(step, { maxLength: 200 }),
    fc.boolean(),
    (steps, isAwake) => {
      let nowMs = 0;
      const machine = { ...realEnvironment, monotonicMs: () => nowMs, after: () => () => {} };
      const { monotonicMs } = isAwake ? awakeEnvironment(machine) : machine;
      const { context, coming } = newPace();
      const pace = new SendPacer({ ...context, limits: defaultLimits, monotonicMs }, coming);
      /** By the clock of the pace, which may leave out standstills, and by that of everybody else. */
      const sentMs: { own: number; others: number }[] = [];
      for (const [untilMs, makingMs] of steps) {
        nowMs += untilMs;
        if (!pace.isDue()) continue;
        nowMs += makingMs;
        sentMs.push({ own: monotonicMs(), others: nowMs });
        pace.sent();
      }
      for (const clock of ["own", "others"] as const) {
        for (let i = 10; i < sentMs.length; i++) {
          // `maxMessageRate` counts whole milliseconds.
          assertLess(1_001, sentMs[i][clock] - sentMs[i - 10][clock]);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});

Deno.test("SendPacer keeps no message waiting of three in a row, twice a second, and others", () => {
  const offsets = fc.array(fc.nat(999), { minLength: 2, maxLength: 2 });
  const property = fc.property(offsets, (others) => {
    const { clock, context, coming } = newPace();
    const pace = new SendPacer({ ...context, limits: defaultLimits }, coming);
    const rows = [0, 500].flatMap((atMs) => [atMs, atMs + 25, atMs + 50]);
    const inSecond = [...rows, ...others].sort((a, b) => a - b);
    for (let second = 0; second < 20; second++) {
      for (const atMs of inSecond) {
        clock.nowMs = Math.max(clock.nowMs, 1_000 * (2 + second) + atMs);
        if (!pace.isDue()) clock.nowMs += 20;
        assertEquals(pace.isDue(), true);
        pace.sent();
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});

Deno.test("SendPacer keeps nothing waiting for longer than its pace, however much comes", () => {
  const { syncPaceMs } = defaultLimits;
  const property = fc.property(fc.array(fc.nat(150), { maxLength: 200 }), (gaps) => {
    const { clock, context, coming } = newPace();
    const pace = new SendPacer({ ...context, limits: defaultLimits }, coming);
    for (const gapMs of gaps) {
      const startMs = clock.nowMs += gapMs;
      while (!pace.isDue()) clock.nowMs++;
      assertLess(clock.nowMs - startMs, syncPaceMs + 1);
      pace.sent();
    }
  });
  fc.assert(property, { numRuns: 300 });
});
