import { Histogram } from "../../bench/histogram.ts";
import { keyOf, prefixOf100 } from "../../bench/keys.ts";
import { parseCounters } from "../../bench/process_counters.ts";
import { spreadOf } from "../../bench/rounds.ts";
import { assertEquals } from "../deps.ts";

Deno.test("Histogram.percentileUs() gives the duration that a share does not exceed", () => {
  const histogram = new Histogram();
  assertEquals(histogram.percentileUs(0.5), NaN);
  for (let us = 1; us <= 100; us++) histogram.add((us + 0.5) / 1000);
  assertEquals([0.5, 0.99, 1].map((share) => histogram.percentileUs(share)), [50, 99, 100]);
  histogram.add(1e9);
  assertEquals(histogram.percentileUs(1), 1048575);
});

Deno.test("spreadOf() gives the middle, the least and the most", () => {
  assertEquals(spreadOf([3]), { median: 3, min: 3, max: 3 });
  assertEquals(spreadOf([9, 1, 10]), { median: 9, min: 1, max: 10 });
  assertEquals(spreadOf([4, 2, 10, 1]), { median: 3, min: 1, max: 10 });
});

Deno.test("parseCounters() reads times and memory whatever the program is called", () => {
  const stat = "42 (a) R b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 9 0 1 2 3";
  assertEquals(parseCounters(`${stat}\nName:\ta\nVmRSS:\t    2048 kB\nThreads:\t9\n`), {
    cpuSeconds: 3,
    rssBytes: 2 << 20,
  });
});

Deno.test("keyOf() and prefixOf100() give keys of one length, in order, a hundred to a prefix", () => {
  assertEquals(keyOf(42), "key:000000000042");
  assertEquals(keyOf(42, 20).length, 20);
  const keys = Array.from({ length: 1_000 }, (_, i) => keyOf(i));
  assertEquals(keys.toSorted(), keys);
  for (const i of [0, 99, 100, 555]) {
    assertEquals(keys.filter((key) => key.startsWith(prefixOf100(i))).length, 100);
  }
});
