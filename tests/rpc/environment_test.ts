import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertNotEquals } from "../deps.ts";

/** The longest delay that the platform's timers keep; a longer one is over at once. */
const platformDelayMsMax = 2 ** 31 - 1;

/** Runs `body` on timers that only note for how long they were set, and run when they are told, cleared or not. */
function withNotedTimers(body: (timers: { fn: () => void; delayMs: number }[]) => void): void {
  const { setTimeout, clearTimeout } = globalThis;
  const timers: { fn: () => void; delayMs: number }[] = [];
  const set = (fn: () => void, delayMs: number) => timers.push({ fn, delayMs }) - 1;
  Object.assign(globalThis, { setTimeout: set, clearTimeout: () => {} });
  try {
    body(timers);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

Deno.test("realEnvironment.after() waits as long as it is told when no timer lasts so long", () => {
  const delayMs = 2 * platformDelayMsMax + 10;
  withNotedTimers((timers) => {
    let ran = 0;
    realEnvironment.after(delayMs, () => ran++);
    for (let i = 0; i < 3; i++) {
      assertEquals([timers.length, ran], [i + 1, 0]);
      timers[i].fn();
    }
    assertEquals(ran, 1);
    const waited = timers.reduce((sum, timer) => sum + timer.delayMs, 0);
    assertEquals([timers.length, waited], [3, delayMs]);
    assert(timers.every((timer) => timer.delayMs <= platformDelayMsMax));
  });
});

Deno.test("realEnvironment.after() is cancelled at any stage of a long wait", () => {
  for (const stages of [0, 1, 2]) {
    withNotedTimers((timers) => {
      let ran = 0;
      const cancel = realEnvironment.after(2 * platformDelayMsMax + 10, () => ran++);
      for (let i = 0; i < stages; i++) timers[i].fn();
      cancel();
      timers.at(-1)!.fn();
      assertEquals([timers.length, ran], [stages + 1, 0]);
    });
  }
});

Deno.test("realEnvironment.after() runs once and not when it is cancelled", async () => {
  let cancelled = false;
  const cancel = realEnvironment.after(0, () => cancelled = true);
  cancel();
  await new Promise<void>((resolve) => realEnvironment.after(0, resolve));
  assertEquals(cancelled, false);
});

Deno.test("realEnvironment.after() does not run when it is cancelled right before it is due", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const [near, far] = await Promise.all([Deno.connect({ hostname, port }), listener.accept()]);
  let isCancelled = false;
  let ranLate = false;
  const cancel = realEnvironment.after(2, () => ranLate = isCancelled);
  const reading = far.read(new Uint8Array(1));
  await near.write(new Uint8Array(1));
  // The byte and the timer are there at the same turn of the event loop.
  const endMs = performance.now() + 20;
  while (performance.now() < endMs);
  await reading;
  cancel();
  isCancelled = true;
  await new Promise<void>((resolve) => realEnvironment.after(5, resolve));
  assertEquals(ranLate, false);
  near.close();
  far.close();
});

Deno.test("realEnvironment.soon() runs before yieldToEvents() does", async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    realEnvironment.yieldToEvents(() => (order.push("event"), resolve()));
    realEnvironment.soon(() => order.push("soon"));
    order.push("now");
  });
  assertEquals(order, ["now", "soon", "event"]);
});

Deno.test("realEnvironment.hex64() draws 16 hexadecimal digits, others each time", () => {
  const drawn = Array.from({ length: 100 }, () => realEnvironment.hex64());
  for (const digits of drawn) assertMatch(digits, /^[0-9a-f]{16}$/);
  assertEquals(new Set(drawn).size, 100);
  assertNotEquals(realEnvironment.fraction(), realEnvironment.fraction());
});

Deno.test("realEnvironment.now() is a whole number of milliseconds; monotonicMs() never goes back", () => {
  assert(Number.isInteger(realEnvironment.now()));
  let last = realEnvironment.monotonicMs();
  for (let i = 0; i < 1000; i++) {
    const now = realEnvironment.monotonicMs();
    assert(now >= last);
    last = now;
  }
});
