import { assert, assertEquals } from "../../deps.ts";
import { Prng } from "../../../simulate/world/prng.ts";

interface Remote {
  sum(from: number, to: number): number;
  list(from: number, to: number): ReadonlyMap<number, number>;
}

/** What chapter 9 asks for. */
interface Answer {
  difference(own: ReadonlyMap<number, number>, remote: Remote, end: number): number[];
}

/** A replica elsewhere, which counts what it is asked. */
class CountingRemote implements Remote {
  calls = 0;
  listed = 0;
  #entries: ReadonlyMap<number, number>;

  constructor(entries: ReadonlyMap<number, number>) {
    this.#entries = entries;
  }

  sum(from: number, to: number): number {
    this.calls++;
    let sum = 0;
    for (const [key, hash] of this.#entries) if (key >= from && key < to) sum = (sum + hash) >>> 0;
    return sum;
  }

  list(from: number, to: number): ReadonlyMap<number, number> {
    this.calls++;
    const entries = new Map([...this.#entries].filter(([key]) => key >= from && key < to));
    this.listed += entries.size;
    return entries;
  }
}

/** @throws {Error} that says what is wrong with an answer. */
export function checkDifference({ difference }: Answer): void {
  const end = 16_384;
  const random = new Prng(9);
  const own = new Map<number, number>();
  for (let key = 0; key < end; key++) if (random.below(4) > 0) own.set(key, random.u32());
  const keys = [...own.keys()];
  const pick = () => keys[random.below(keys.length)];
  const cases: Record<
    string,
    { change: (other: Map<number, number>) => number[]; calls: number; listed: number }
  > = {
    "equal replicas": { change: () => [], calls: 1, listed: 0 },
    "one other value": {
      change: (other) => {
        const key = pick();
        other.set(key, other.get(key)! ^ 1);
        return [key];
      },
      calls: 40,
      listed: 64,
    },
    "one key that is missing there": {
      change: (other) => {
        const key = pick();
        other.delete(key);
        return [key];
      },
      calls: 40,
      listed: 64,
    },
    "one key that is missing here": {
      change: (other) => {
        const key = Array.from({ length: end }, (_, i) => i).find((it) => !own.has(it))!;
        other.set(key, random.u32());
        return [key];
      },
      calls: 40,
      listed: 64,
    },
    "ten of each": {
      change: (other) => {
        const changed = new Set<number>();
        while (changed.size < 20) changed.add(pick());
        [...changed].forEach((key, i) => i % 2 === 0 ? other.delete(key) : other.set(key, 1));
        return [...changed];
      },
      calls: 800,
      listed: 1_280,
    },
  };
  for (const [name, { change, calls, listed }] of Object.entries(cases)) {
    const other = new Map(own);
    const changed = change(other).sort((a, b) => a - b);
    const remote = new CountingRemote(other);
    const found = difference(own, remote, end).toSorted((a, b) => a - b);
    assertEquals(found, changed, `${name}: the keys that differ`);
    assert(remote.calls <= calls, `${name}: ${remote.calls} calls, allowed are ${calls}`);
    assert(
      remote.listed <= listed,
      `${name}: ${remote.listed} entries listed, allowed are ${listed}`,
    );
  }
}
