import { NumberSet } from "../../kvserver/memory/number_set.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";

Deno.test("NumberSet holds each number once, first in, first out, as a Set does", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Prng(seed);
    const set = new NumberSet();
    const model = new Set<number>();
    const range = [8, 300, 2 ** 32 - 1][seed % 3];
    for (let step = 0; step < 20_000; step++) {
      // It grows for a while, then it shrinks.
      const grows = random.below(10) < (step % 2_000 < 1_000 ? 7 : 3);
      if (grows) {
        const number = 1 + random.below(range);
        assertEquals(set.has(number), model.has(number));
        set.add(number);
        model.add(number);
      } else if (model.size > 0) {
        const [first] = model;
        assertEquals(set.first, first);
        set.shift();
        model.delete(first);
      }
      if (random.below(3_000) === 0) {
        set.clear();
        model.clear();
      }
      assertEquals(set.size, model.size);
    }
  }
});

Deno.test("NumberSet takes memory for what it holds, and gives it back", () => {
  const set = new NumberSet();
  const emptyBytes = set.byteLength;
  for (let n = 1; n <= 100_000; n++) set.add(n);
  assertLess(set.byteLength, 48 * 100_000);
  while (set.size > 0) set.shift();
  assertEquals(set.byteLength, emptyBytes);
  for (let n = 1; n <= 1_000_000; n++) {
    set.add(n);
    if (set.size > 5) set.shift();
  }
  assertEquals(set.byteLength, emptyBytes);
});
