import { Store } from "../../kvserver/store/mod.ts";
import { isAllocationFailure } from "../../rpc/mod.ts";
import { assert, assertEquals, assertGreater } from "../deps.ts";
import { get, put, scan } from "../support/store/stores.ts";
import { Prng } from "../support/prng.ts";

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

/** Puts at random, every other time without memory for more than an array or two. @returns how often it failed. */
function putAndCheck(random: Prng, puts: number, keys: number, valueBytesMax: number): number {
  const store = new Store();
  const model = new Map<string, string>();
  let failures = 0;
  for (let i = 0; i < puts; i++) {
    const key = `key ${random.below(keys)}`;
    const value = "v".repeat(random.below(valueBytesMax));
    withAllocations(random.below(2) === 0 ? random.below(3) : Infinity, () => {
      try {
        put(store, key, value);
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

Deno.test("Store holds what it held, whichever memory for values it is not given", () => {
  const random = new Prng(6);
  assertGreater(putAndCheck(random, 30_000, 1_000, 3_000), 2);
  assertGreater(putAndCheck(random, 3_000, 100, 9_000), 2);
});
