import { type DigestSource, findDifferences } from "../../app/check/differences.ts";
import type { DigestPart, KeyRange } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";

/** A replica of versions by key, whose digests are the entries themselves. */
class FakeReplica implements DigestSource {
  asked = 0;
  #entries: readonly (readonly [key: string, version: string])[];

  constructor(entries: ReadonlyMap<string, string>) {
    this.#entries = [...entries].sort(([a], [b]) => a < b ? -1 : 1);
  }

  total(): DigestPart {
    return partOf(this.#entries);
  }

  digest({ from, to }: KeyRange, parts: number | readonly string[]): Promise<DigestPart[]> {
    this.asked++;
    const within = this.#entries.filter(([key]) =>
      (from === undefined || key >= from) && (to === undefined || key < to)
    );
    const count = typeof parts === "number" ? Math.max(1, Math.min(parts, within.length)) : 0;
    const begins = typeof parts === "number"
      ? Array.from(
        { length: count - 1 },
        (_, i) => within[Math.round((i + 1) * within.length / count)][0],
      )
      : parts;
    const ends = [...begins, undefined];
    return Promise.resolve(
      ends.map((end, i) =>
        partOf(
          within.filter(([key]) =>
            (i === 0 || key >= begins[i - 1]) && (end === undefined || key < end)
          ),
        )
      ),
    );
  }
}

function partOf(entries: readonly (readonly [string, string])[]): DigestPart {
  const digest = entries.map((entry) => entry.join()).join(";");
  return { ...entries.length > 0 ? { first: entries[0][0] } : {}, count: entries.length, digest };
}

/** What differs, by looking at every key. */
function differentKeys(replicas: readonly ReadonlyMap<string, string>[]): string[] {
  const keys = new Set(replicas.flatMap((replica) => [...replica.keys()]));
  return [...keys]
    .filter((key) => replicas.some((replica) => replica.get(key) !== replicas[0].get(key)))
    .sort();
}

function find(replicas: readonly ReadonlyMap<string, string>[], keysMax: number) {
  const sources = replicas.map((replica) => new FakeReplica(replica));
  const totals = sources.map((source) => source.total());
  return { sources, found: findDifferences(sources, totals, { keysMax, partsMax: 8 }) };
}

for (let seed = 1; seed <= 40; seed++) {
  Deno.test(`findDifferences() finds every key that differs, and no other, seed ${seed}`, async () => {
    const random = new Prng(seed);
    const count = [0, 1, 5, 300][random.below(4)];
    const all = new Map(Array.from({ length: count }, (_, i) => [`key ${1_000 + i}`, "1"]));
    const replicas = Array.from({ length: 1 + random.below(4) }, () => new Map(all));
    for (let i = random.below(20); i > 0; i--) {
      const replica = replicas[random.below(replicas.length)];
      const key = `key ${1_000 + random.below(count + 5)}`;
      if (random.below(2) === 0) replica.delete(key);
      else replica.set(key, `${random.below(3)}`);
    }
    // One that has nothing, or much that nobody else has.
    if (random.below(5) === 0) replicas[0].clear();
    if (random.below(5) === 0) { for (let i = 0; i < 100; i++) replicas[0].set(`more ${i}`, "1"); }
    const { keys, ranges } = await find(replicas, Infinity).found;
    assertEquals(ranges, []);
    assertEquals(keys.map(({ key }) => key).sort(), differentKeys(replicas));
    for (const { key, held } of keys) {
      assertEquals(
        held.map((part) => part?.digest),
        replicas.map((replica) => replica.has(key) ? `${key},${replica.get(key)}` : undefined),
      );
    }
  });
}

Deno.test("findDifferences() stops when it has found so many keys, and names the other ranges", async () => {
  const all = Array.from({ length: 2_000 }, (_, i) => `key ${10_000 + i}`);
  const replicas = [1, 2].map((version) => new Map(all.map((key) => [key, `${version}`])));
  const { sources, found } = find(replicas, 20);
  const { keys, ranges } = await found;
  assertLessOrEqual(keys.length, 20 + 8);
  assert(keys.length >= 20);
  assertLess(sources[0].asked, 20);
  const counted = ranges.reduce((sum, { counts }) => sum + counts[0], keys.length);
  assertEquals(counted, all.length);
});

Deno.test("findDifferences() asks little for a key that differs among many", async () => {
  const all = Array.from({ length: 4_096 }, (_, i) => `key ${10_000 + i}`);
  const replicas = [1, 2, 3].map(() => new Map(all.map((key) => [key, "1"])));
  replicas[1].set("key 12345", "2");
  const { sources, found } = find(replicas, 100);
  assertEquals((await found).keys.map(({ key }) => key), ["key 12345"]);
  assertEquals(sources.map(({ asked }) => asked), [4, 4, 4]);
});

Deno.test("findDifferences() ends when what it is told changes all the time", async () => {
  let version = 0;
  const source = (): DigestSource => ({
    digest: (_range, parts) =>
      Promise.resolve(
        Array.from({ length: typeof parts === "number" ? 1 : parts.length + 1 }, () => ({
          first: "key",
          count: 5,
          digest: `${version++}`,
        })),
      ),
  });
  const total = (digest: string) => ({ first: "key", count: 5, digest });
  const { keys, ranges } = await findDifferences(
    [source(), source()],
    [total("a"), total("b")],
    { keysMax: 10, partsMax: 8 },
  );
  assertEquals([keys, ranges.length], [[], 1]);
});
