import type { ActorContext } from "../../actor/mod.ts";
import { SendPacer } from "../../kvserver/messages/send_pacer.ts";
import { assertEquals } from "../deps.ts";

/** A pace of 100 ms, a clock that is set by hand, and the delays of its ticks. */
function newPace() {
  const ticks: number[] = [];
  const clock = { nowMs: 1_000 };
  const context = {
    self: { address: "a:1", incarnation: "0", counter: 1 },
    monotonicMs: () => clock.nowMs,
    tellAfter: (_ref: unknown, _tick: unknown, delayMs: number) => ticks.push(delayMs),
  } as unknown as ActorContext;
  return { pace: new SendPacer(context, "disk", 100), clock, ticks };
}

Deno.test("SendPacer has one tick come when the next message is due", () => {
  const { pace, clock, ticks } = newPace();
  assertEquals(pace.isDue(), true);
  pace.sent();
  clock.nowMs += 30.5;
  assertEquals([pace.isDue(), pace.isDue(), ticks], [false, false, [70]]);
  clock.nowMs += 70;
  pace.ticked();
  assertEquals([pace.isDue(), ticks], [true, [70]]);
});

Deno.test("SendPacer has a tick come earlier than the one that is on its way", () => {
  const { pace, ticks } = newPace();
  pace.sent();
  pace.isDue();
  pace.tickWithin(20);
  pace.tickWithin(50);
  assertEquals(ticks, [100, 20]);
});

Deno.test("SendPacer has another tick come after one that came a moment early", () => {
  const { pace, clock, ticks } = newPace();
  pace.sent();
  pace.isDue();
  clock.nowMs += 99.9;
  pace.ticked();
  pace.sent();
  clock.nowMs += 1;
  assertEquals([pace.isDue(), ticks], [false, [100, 99]]);
});

Deno.test("SendPacer asks for another tick when one that came a moment early is all that there is", () => {
  const { pace, clock, ticks } = newPace();
  pace.sent();
  pace.isDue();
  clock.nowMs += 99.9;
  pace.ticked();
  assertEquals([pace.isDue(), ticks], [false, [100, 1]]);
  clock.nowMs += 1;
  pace.ticked();
  assertEquals([pace.isDue(), ticks], [true, [100, 1]]);
});
