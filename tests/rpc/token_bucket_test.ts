import { TokenBucket } from "../../rpc/mod.ts";
import { assertEquals, assertLessOrEqual, fc } from "../deps.ts";

Deno.test("TokenBucket has so many tokens at once, and one more for each period", () => {
  const bucket = new TokenBucket(3, 100);
  for (let taken = 0; taken < 3; taken++) {
    assertEquals(bucket.waitMs(50), 0);
    bucket.take(50);
  }
  assertEquals([bucket.waitMs(50), bucket.waitMs(149), bucket.waitMs(150)], [100, 1, 0]);
  assertEquals([bucket.waitMs(50, 2), bucket.waitMs(50, 3), bucket.waitMs(250, 2)], [200, 300, 0]);
  bucket.take(150);
  assertEquals([bucket.waitMs(150), bucket.waitMs(10_000, 3)], [100, 0]);
});

Deno.test("TokenBucket owes nothing for what is taken that is not there", () => {
  const bucket = new TokenBucket(2, 100);
  for (let taken = 0; taken < 50; taken++) bucket.take(taken);
  assertEquals([bucket.waitMs(49), bucket.waitMs(49, 2)], [100, 200]);
  assertEquals(bucket.waitMs(149), 0);
});

Deno.test("TokenBucket gives no more in any span of time, however it is asked", () => {
  const steps = fc.array(
    fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true }), fc.nat(3_000)),
    { maxLength: 300 },
  );
  const property = fc.property(steps, fc.integer({ min: 1, max: 6 }), (steps, capacity) => {
    const bucket = new TokenBucket(capacity, 100);
    const takenMs: number[] = [];
    let nowMs = 0;
    for (const passedMs of steps) {
      nowMs += passedMs;
      if (bucket.waitMs(nowMs) > 0) continue;
      bucket.take(nowMs);
      takenMs.push(nowMs);
    }
    for (let first = 0; first < takenMs.length; first++) {
      for (let last = first; last < takenMs.length; last++) {
        const spanMs = takenMs[last] - takenMs[first];
        assertLessOrEqual(last - first + 1, capacity + Math.floor(spanMs / 100 + 1e-6));
      }
    }
  });
  fc.assert(property);
});
