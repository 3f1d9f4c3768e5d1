import { Store } from "../../kvserver/store/mod.ts";
import { isAllocationFailure } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater } from "../deps.ts";
import { get, put, putExpiring, scan } from "../support/store/stores.ts";
import { Prng } from "../../simulate/world/prng.ts";

/** What the runtime throws when there is no memory for a buffer. */
function noMemory(): RangeError {
  return new RangeError("Array buffer allocation failed");
}

/** Runs `body` while only so many arrays can be made, by `new` and by `slice`. */
function withAllocations(count: number, body: () => void): void {
  const { Uint32Array: Words, Uint8Array: Bytes } = globalThis;
  const { slice } = Bytes.prototype;
  const allocate = () => {
    if (count-- <= 0) throw noMemory();
  };
  globalThis.Uint32Array = new Proxy(Words, {
    construct(target, args) {
      allocate();
      return Reflect.construct(target, args);
    },
  });
  Bytes.prototype.slice = function (...args) {
    allocate();
    return slice.apply(this, args);
  };
  try {
    body();
  } finally {
    globalThis.Uint32Array = Words;
    Bytes.prototype.slice = slice;
  }
}

/**
 * Puts at random, every other time without memory for more than an array or two.
 *
 * @param expiringOf20 how many of 20 Puts are of what expires
 * @returns how often it failed.
 */
function putAndCheck(
  random: Prng,
  puts: number,
  keys: number,
  valueBytesMax: number,
  expiringOf20 = 0,
): number {
  const store = new Store();
  const model = new Map<string, string>();
  let failures = 0;
  for (let i = 0; i < puts; i++) {
    const key = `key ${random.below(keys)}`;
    const value = "v".repeat(random.below(valueBytesMax));
    withAllocations(random.below(2) === 0 ? random.below(3) : Infinity, () => {
      try {
        // What expires, and what does not any more, each now and then; none of it here.
        if (random.below(20) < expiringOf20) putExpiring(store, key, value, 2 ** 40 + i);
        else put(store, key, value);
        model.set(key, value);
      } catch (error) {
        assert(isAllocationFailure(error), String(error));
        failures++;
      }
    });
  }
  store.assertInvariants();
  for (const [key, value] of model) assertEquals(get(store, key), value);
  assertEquals(scan(store, "").flat().length - 1, model.size);
  return failures;
}

Deno.test("Store holds what it held, whichever memory for keys it is not given", () => {
  const random = new Prng(5);
  let failures = 0;
  for (let round = 0; round < 100; round++) failures += putAndCheck(random, 600, 600, 10);
  assertGreater(failures, 100);
});

Deno.test("Store holds what it held, whichever memory for expiries it is not given", () => {
  const random = new Prng(7);
  let failures = 0;
  for (let round = 0; round < 100; round++) failures += putAndCheck(random, 600, 600, 10, 10);
  // Few at a time, so that the last one goes again and again.
  for (let round = 0; round < 100; round++) failures += putAndCheck(random, 200, 2, 10, 10);
  assertGreater(failures, 200);
});

Deno.test("Store holds what it held, whichever memory for values it is not given", () => {
  const random = new Prng(6);
  assertGreater(putAndCheck(random, 30_000, 1_000, 3_000), 2);
  assertGreater(putAndCheck(random, 3_000, 100, 9_000), 2);
});
