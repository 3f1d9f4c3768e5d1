import { KeyIndex } from "../../kvserver/store/key_index.ts";
import { OrderedIndex } from "../../kvserver/store/ordered_index.ts";
import { allMarks, noEntry, Records } from "../../kvserver/store/records.ts";
import { defaultLimits, wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { collidingKeys } from "../support/store/colliding_keys.ts";
import { bytesOf as charBytes } from "../support/store/stores.ts";

const count = 20_000;

/** Records of keys in ascending order. */
function records(): [Records, numbers: number[]] {
  const records = new Records(defaultLimits);
  const numbers = Array.from({ length: count }, (_, i) => {
    return records.create(bytesOf(i), 0, 8, 0);
  });
  return [records, numbers];
}

function bytesOf(i: number): Uint8Array {
  return new TextEncoder().encode(`${i}`.padStart(8, "0"));
}

Deno.test("Records keep marks apart from each other and from all else", () => {
  const held = new Records(defaultLimits);
  const key = new Uint8Array(wireLimits.keyBytesMax);
  for (const valueBytes of [0, 1, 64, 65, 100_000]) {
    const n = held.create(key, 0, key.length, valueBytes);
    for (let mark = 1; mark <= allMarks; mark *= 2) {
      assert(!held.isMarked(n, mark));
      held.mark(n, mark);
      assert(held.isMarked(n, mark) && !held.isMarked(n, allMarks ^ mark));
      assertEquals([held.keyLength(n), held.hasKey(n, key, 0, key.length)], [key.length, true]);
      assertEquals(held.roomBytes(n), valueBytes > 64 ? 0 : Math.ceil(valueBytes / 4) * 4);
      held.unmark(n, mark);
    }
    assert(!held.isMarked(n, allMarks));
  }
});

Deno.test("Records.keyBeginsWith() looks at the key and nothing behind it", () => {
  const held = new Records(defaultLimits);
  const n = held.create(charBytes("ab"), 0, 2, 2);
  const prefixes = ["", "a", "ab", "ab\0", "ab\0\0\0", "b", "aa"].map(charBytes);
  const begins = prefixes.map((prefix) => held.keyBeginsWith(n, prefix));
  assertEquals(begins, [true, true, true, false, false, false, false]);
});

Deno.test("KeyIndex finds keys by itself, in as many buckets as there are", () => {
  const [held, numbers] = records();
  const index = new KeyIndex(held, defaultLimits);
  for (const [i, n] of numbers.entries()) {
    assertEquals(index.find(bytesOf(i), 0, 8), noEntry);
    index.add(n);
  }
  for (const [i, n] of numbers.entries()) assertEquals(index.find(bytesOf(i), 0, 8), n);
  assert(!index.isCrowded);
  assertLess(index.byteLength / count, 8);
});

Deno.test("KeyIndex finds keys, whatever number of them it expects while they come and go", () => {
  const [held, numbers] = records();
  const random = new Prng(3);
  const index = new KeyIndex(held, defaultLimits);
  const present = new Set<number>();
  for (let round = 0; round < 60; round++) {
    index.expect([0, 1, 100, count, 2 * count][random.below(5)]);
    for (let step = 0; step < 500; step++) {
      const i = random.below(count);
      if (present.delete(i)) index.remove(numbers[i]);
      else {
        present.add(i);
        index.reserve();
        index.add(numbers[i], random.below(3) > 0);
        if (random.below(50) === 0) assertEquals(index.find(bytesOf(i), 0, 8), numbers[i]);
      }
    }
    index.assertInvariants([...present].map((i) => numbers[i]));
    for (const i of present) assertEquals(index.find(bytesOf(i), 0, 8), numbers[i]);
  }
  index.expect(0);
  for (const i of present) index.remove(numbers[i]);
  index.assertInvariants([]);
});

Deno.test("KeyIndex gives back what it made ready for keys that do not come", () => {
  const [held, numbers] = records();
  const index = new KeyIndex(held, defaultLimits);
  index.expect(50 * count);
  for (const n of numbers) index.add(n);
  assertGreater(index.byteLength / count, 50);
  index.expect(0);
  index.assertInvariants(numbers);
  // A chunk at the most is kept, which is not full.
  assertLess(index.byteLength / count, 60);
});

Deno.test("KeyIndex takes in few keys that were made to have one hash, and says so", () => {
  const held = new Records(defaultLimits);
  const index = new KeyIndex(held, defaultLimits);
  const keys = collidingKeys(1_000).map(charBytes);
  for (const key of keys) index.add(held.create(key, 0, key.length, 0));
  const found = keys.filter((key) => index.find(key, 0, key.length) !== noEntry);
  assert(found.length > 0 && found.length < 100);
  assert(index.isCrowded);
  const expecting = new KeyIndex(held, defaultLimits);
  expecting.expect(keys.length);
  const others = keys.map((key) => held.create(key, 0, key.length, 0));
  for (const n of others) expecting.add(n, true);
  assert(expecting.isCrowded);
  expecting.assertInvariants(others);
});

Deno.test("OrderedIndex is full when keys come in order, and two thirds otherwise", () => {
  const [held, numbers] = records();
  const inOrder = new OrderedIndex(held, defaultLimits);
  for (const n of numbers) inOrder.add(n);
  const random = new Prng(1);
  const shuffled = numbers.map((n) => ({ n, at: random.u32() })).sort((a, b) => a.at - b.at);
  const atRandom = new OrderedIndex(held, defaultLimits);
  for (const { n } of shuffled) atRandom.add(n);
  for (const index of [inOrder, atRandom]) {
    const walked: number[] = [];
    assert(index.walk(new Uint8Array(), false, (n) => walked.push(n) > 0));
    assertEquals(walked, numbers);
    for (const [i, n] of numbers.entries()) assertEquals(index.find(bytesOf(i), 0, 8), n);
    assertEquals(index.find(new Uint8Array(), 0, 0), noEntry);
  }
  assertLess(inOrder.byteLength / count, 7);
  assertLess(atRandom.byteLength / count, 14);
});

Deno.test("OrderedIndex takes in runs of keys in order, wherever they begin and whatever goes between them", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [held, numbers] = records();
    const random = new Prng(seed);
    const index = new OrderedIndex(held, defaultLimits);
    const isIn = new Set<number>();
    for (let i = 0; i < 2_000; i++) {
      const first = random.below(count);
      const step = 1 + random.below(3);
      const length = random.below(200);
      for (let at = first; at < Math.min(count, first + length * step); at += step) {
        // A look elsewhere, or the removal of the one before, is no place to go on from.
        if (random.below(50) === 0) index.find(bytesOf(random.below(count)), 0, 8);
        const before = numbers[at - step];
        if (random.below(50) === 0 && isIn.delete(before)) index.remove(before);
        if (isIn.has(numbers[at])) continue;
        isIn.add(numbers[at]);
        index.add(numbers[at]);
      }
    }
    const walked: number[] = [];
    index.walk(new Uint8Array(), false, (n) => walked.push(n) > 0);
    assertEquals(walked, [...isIn].sort((a, b) => a - b));
    index.assertInvariants();
  }
});
