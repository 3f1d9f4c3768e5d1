import { defaultLimits } from "../../limits.ts";
import { Store, unclaimedMark } from "../../kvserver/store/mod.ts";
import { noExpiry, noValue } from "../../kvserver/entry/entry.ts";
import { LargeValues } from "../../kvserver/memory/large_values.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { UidTable } from "../../kvserver/memory/uid_table.ts";
import { ValueLog } from "../../kvserver/memory/value_log.ts";
import { assert, assertEquals, assertLess } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";

const keyCount = 2_000;
const putCount = 60_000;

/** Bytes of a key, and what is kept of it beside its value. */
const entryBytes = 70;

/** What lies about beside what is held, however much that is. */
const slackBytes = 700_000;

/** The length of the value that is put next. */
const lengths: Record<string, (random: Prng, put: number) => number> = {
  "of one length": () => 100,
  "that grow": (_random, put) => 10 + Math.floor(put / 60),
  "that shrink": (_random, put) => 1_010 - Math.floor(put / 60),
  "that grow and shrink": (_random, put) =>
    10 + Math.abs(500 - Math.floor(put / keyCount) * 37 % 1_000),
  "of any length": (random) => random.below(600),
  "of any length, few of them long": (random) =>
    random.below(50) === 0 ? 3_000 + random.below(10_000) : random.below(20),
  "that are long": (random) => 4_000 + random.below(1_000),
  "that are long and shrink": (_random, put) => 15_000 - Math.floor(put / 6),
  "of a length that is doubled or halved": (random) => 8 << random.below(9),
};

/** Values are parts of these bytes, keys too. */
const bytes = Uint8Array.from(new Array(16_384), (_, i) => i % 251);
const digits = 4;

/** What each key of a store must hold: where its value begins in `bytes`, and its length. */
class Overwritten {
  readonly store = new Store();
  #held = new Map<number, { start: number; length: number }>();
  #key = new Uint8Array(digits + bytes.length);

  put(key: number, start: number, length: number): void {
    this.#key.set(keyBytes(key));
    this.#key.set(bytes.subarray(start, start + length), digits);
    this.store.put(this.#key, 0, digits, digits, digits + length, 1, "uid");
    this.#held.set(key, { start, length });
  }

  check(): void {
    this.store.assertInvariants();
    assertEquals(this.store.size, this.#held.size);
    for (const [key, { start, length }] of this.#held) {
      const value = this.store.valueOf(this.store.get(keyBytes(key), 0, digits));
      assertEquals(value?.length, length);
      assert(value!.every((byte, i) => byte === bytes[start + i]));
    }
  }

  checkRoom(): void {
    let bytes = 0;
    for (const { length } of this.#held.values()) bytes += length;
    assertLess(this.store.byteLength, 4 / 3 * bytes + entryBytes * keyCount + slackBytes);
  }
}

function keyBytes(key: number): Uint8Array {
  return new TextEncoder().encode(`${key}`.padStart(digits, "0"));
}

for (const [name, lengthOf] of Object.entries(lengths)) {
  Deno.test(`Store takes no more room, however often its keys get values ${name}`, () => {
    const overwritten = new Overwritten();
    const random = new Prng(3);
    for (let i = 0; i < putCount; i++) {
      overwritten.put(random.below(keyCount), i % 251, lengthOf(random, i));
      if (i % (putCount / 10) === 0) overwritten.checkRoom();
    }
    overwritten.check();
    // What took much room once and does so no more is given back.
    for (let key = 0; key < keyCount; key++) overwritten.put(key, 0, 1);
    overwritten.checkRoom();
    overwritten.check();
  });
}

Deno.test("Store takes no more room, however many actors its entries come from", () => {
  const store = new Store();
  const put = (i: number, uid: string) => store.put(bytes, i % 10, i % 10 + 3, 0, 5, i, uid);
  for (let i = 0; i < 1_000; i++) put(i, `uid${i % 10}`);
  const before = store.byteLength;
  let last = 0;
  for (let i = 0; i < 10_000; i++) last = put(i, `life${i}`);
  assertEquals(store.byteLength, before);
  assertEquals(store.uidOf(last), "life9999");
  assertLess(store.uidNumberOf(last), 30);
  store.assertInvariants();
});

/** What a key can hold, as `Store.put` is told it: where its value begins, and ends. */
const kinds: Record<string, { start: number; end: number; isBin?: true; expiresAt?: number }> = {
  "a str": { start: 10, end: 14 },
  "a shorter str": { start: 20, end: 21 },
  "a str without bytes": { start: 20, end: 20 },
  "a longer str": { start: 30, end: 130 },
  "a bin": { start: 40, end: 44, isBin: true },
  "a str that expires": { start: 50, end: 54, expiresAt: 1_000 },
  "a bin that expires": { start: 60, end: 64, isBin: true, expiresAt: 2_000 },
  "nothing": { start: noValue, end: noValue },
};

for (const [name, before] of Object.entries(kinds)) {
  Deno.test(`what is put over ${name} is what the key holds, and a write that nobody claimed is told`, () => {
    for (const [other, after] of Object.entries(kinds)) {
      const store = new Store();
      const replaced: unknown[] = [];
      store.onUnclaimedReplaced = (uid, counter) => replaced.push([uid, counter]);
      let counter = 0;
      const put = ({ start, end, isBin, expiresAt }: typeof before, uid = "uid") =>
        store.put(bytes, 0, 3, start, end, 7, uid, ++counter, isBin, expiresAt);
      for (const uid of ["uid", "other"]) {
        for (const mark of [0, unclaimedMark]) {
          put(before);
          const n = put(before);
          store.mark(n, mark);
          assertEquals(put(after, uid), n);
          assertEquals(replaced.splice(0), mark === 0 ? [] : [["uid", counter - 1]], other);
          const { start, end, isBin = false, expiresAt = noExpiry } = after;
          assertEquals(store.valueOf(n), start === noValue ? null : bytes.slice(start, end), other);
          assertEquals([store.isBin(n), store.expiresAtOf(n)], [isBin, expiresAt], other);
          assertEquals([store.uidOf(n), store.counterOf(n)], [uid, counter], other);
          store.assertInvariants();
        }
      }
    }
  });
}

Deno.test("Store cleans what lies behind it, when there is most garbage where it writes", () => {
  const overwritten = new Overwritten();
  // Some segments in which every third value is gone: too little to clean them.
  for (let key = 0; key < keyCount; key++) overwritten.put(key, key % 251, 400);
  for (let key = 0; key < keyCount; key += 3) overwritten.put(key, key % 251, 0);
  for (let i = 0; i < 20_000; i++) overwritten.put(1, i % 251, 100 + i % 3_000);
  overwritten.checkRoom();
  overwritten.check();
});

Deno.test("ValueLog leaves alone where it writes, be there nothing but garbage", () => {
  const length = 400;
  const places = new Map<number, number>();
  const log = new ValueLog(
    defaultLimits,
    new MemoryAccount(),
    (owner) => {
      assert(places.has(owner));
      return length;
    },
    (owner, place) => places.set(owner, place),
  );
  const add = (owner: number) => {
    if (places.has(owner)) return;
    places.set(owner, log.add(owner, bytes, owner % 251, owner % 251 + length));
    log.clean();
  };
  const remove = (owner: number) => {
    if (!places.has(owner)) return;
    log.remove(places.get(owner)!, length);
    places.delete(owner);
    log.clean();
  };
  const random = new Prng(5);
  for (let round = 0; round < 300; round++) {
    for (let owner = 1; owner <= keyCount; owner++) add(owner);
    // There most of all, and a little everywhere.
    for (let i = random.below(300); i > 0; i--) {
      add(0);
      remove(0);
    }
    for (let i = random.below(600); i > 0; i--) remove(random.below(keyCount));
  }
  assertLess(log.byteLength, 4 / 3 * keyCount * length + slackBytes);
  for (const [owner, place] of places) {
    const start = log.startOf(place);
    const value = log.bytesAt(place).subarray(start, start + length);
    assert(value.every((byte, i) => byte === bytes[owner % 251 + i]));
  }
});

Deno.test("LargeValues takes no more room, however many come and go", () => {
  const large = new LargeValues();
  const kept = large.add(bytes, 0, 5_000);
  const { byteLength } = large;
  for (let i = 0; i < 1_000; i++) {
    const places = [large.add(bytes, 1, 5_000), large.add(bytes, 2, 6_000)];
    assertEquals(places.map((place) => large.bytesAt(place)[0]), [1, 2]);
    for (const place of places) large.remove(place);
    for (const place of places) assertEquals<unknown>(large.bytesAt(place), undefined);
  }
  assertLess(large.byteLength, byteLength + 100);
  assertEquals(large.bytesAt(kept), bytes.subarray(0, 5_000));
});

Deno.test("UidTable gives the numbers of uids that nobody bears any more to others", () => {
  const uids = new UidTable();
  const kept = uids.use("kept");
  for (let i = 0; i < 1_000; i++) {
    const numbers = ["first", "second", "first"].map((name) => uids.use(name + i));
    assertEquals(numbers[0], numbers[2]);
    assertEquals(new Set([kept, ...numbers]).size, 3);
    assertLess(Math.max(...numbers), 10);
    uids.release(numbers[0]);
    assertEquals(numbers.map((number) => uids.uid(number)), [
      `first${i}`,
      `second${i}`,
      `first${i}`,
    ]);
    for (const number of numbers.slice(1)) uids.release(number);
    // One that comes back is known, or not: but has a number of its own.
    const again = [`first${i}`, `other${i}`].map((name) => uids.use(name));
    assertEquals(new Set([kept, ...again]).size, 3);
    for (const number of again) uids.release(number);
  }
  assertEquals(uids.uid(kept), "kept");
});
