import { Backoff } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";

Deno.test("Backoff doubles each pause up to the longest, and begins anew after a success", () => {
  const backoff = new Backoff({ minMs: 100, maxMs: 500 });
  const pauses = () => Array.from({ length: 5 }, () => backoff.nextMs());
  assertEquals(pauses(), [100, 200, 400, 500, 500]);
  backoff.reset();
  assertEquals(pauses(), [100, 200, 400, 500, 500]);
});

Deno.test("Backoff with jitter pauses between half of the time and all of it", () => {
  const fractions = [0, 0.5, 0.999];
  const fraction = () => fractions.shift()!;
  const backoff = new Backoff({ minMs: 1_000, maxMs: 2_000, fraction });
  assertEquals([backoff.nextMs(), backoff.nextMs(), backoff.nextMs()], [500, 1_500, 1_999]);
});
