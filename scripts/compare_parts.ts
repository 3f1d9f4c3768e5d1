/**
 * What `deno task compare` measures, by part: pieces of the program that a checkout is asked for by
 * path, so that two of them can be measured in one process.
 *
 * @module
 */

/** Something that is done again and again. */
export interface Task {
  name: string;
  /** Does it once, which is so many steps. */
  run(): void;
  steps: number;
}

/** Imports a module of the checkout that is measured. */
// deno-lint-ignore no-explicit-any
export type Importer = (path: string) => Promise<any>;

/** Makes the tasks of one checkout. */
type Part = (from: Importer) => Promise<Task[]>;

/** By name. */
export const parts: Record<string, Part> = { marshal, store, values, sync };

const messages: Record<string, unknown> = {
  "{type, i}": { type: "ball", i: 5 },
  "{type, hits, from}": { type: "ball", hits: 3, from: { address: "host:1", incarnation: "i1" } },
  "an array of five numbers": [1, 2, 3, 4, 5],
  "an array of 64 numbers": Array.from({ length: 64 }, (_, i) => i),
  "1 KiB of bytes": new Uint8Array(1024),
  "a text of 24 characters": "the same text every time",
};

async function marshal(from: Importer): Promise<Task[]> {
  const { MsgpackWriter, writeValue, decode } = await from("rpc/mod.ts");
  const writer = new MsgpackWriter(4096);
  return Object.entries(messages).flatMap(([name, message]) => {
    writer.clear();
    writeValue(writer, message);
    const bytes = writer.written().slice();
    const encode = () => {
      writer.clear();
      writeValue(writer, message);
    };
    return [
      { name: `encode ${name}`, steps: 1000, run: repeated(1000, encode) },
      { name: `decode ${name}`, steps: 1000, run: repeated(1000, () => decode(bytes)) },
    ];
  });
}

/** Puts and Gets of keys of 20 bytes, which differ at their ends or, the same turned round, begin so. */
async function store(from: Importer): Promise<Task[]> {
  const { Store } = await from("kvserver/store/mod.ts");
  const tasks: Task[] = [];
  for (const [name, count, isTurned] of storeCases) {
    const keys = shuffled(count).map((i) => {
      const key = encoder.encode(`key:${String(i).padStart(16, "0")}`);
      return isTurned ? key.reverse() : key;
    });
    const held = new Store();
    const value = new Uint8Array(16);
    const bytes = new Uint8Array(36);
    bytes.set(value, 20);
    const put = (key: Uint8Array) => {
      bytes.set(key);
      held.put(bytes, 0, 20, 20, 36, 1000, "uid");
    };
    for (const key of keys) put(key);
    const steps = 10_000;
    let at = 0;
    const next = () => keys[at = (at + 1) % count];
    tasks.push({
      name: `Put ${name}`,
      steps,
      run: repeated(steps, () => put(next())),
    }, {
      name: `Get ${name}`,
      steps,
      run: repeated(steps, () => held.get(next(), 0, 20)),
    });
  }
  return tasks;
}

const storeCases: [name: string, keys: number, isTurned: boolean][] = [
  ["of 10,000 keys", 10_000, false],
  ["of 100,000 keys", 100_000, false],
  ["of 100,000 keys with like ends", 100_000, true],
];

/** Overwriting values that have no room beside their keys, and so lie in the log. */
async function values(from: Importer): Promise<Task[]> {
  const { Store } = await from("kvserver/store/mod.ts");
  return valueCases.map(([name, least, most]) => {
    const held = new Store();
    const count = 4_000;
    const bytes = new Uint8Array(20 + most);
    const keys = shuffled(count).map((i) => encoder.encode(`key:${String(i).padStart(16, "0")}`));
    let i = 0;
    return {
      name: `overwrite values of ${name} bytes`,
      steps: count,
      run: repeated(count, () => {
        bytes.set(keys[i++ % count]);
        const length = least + i * 7919 % (most - least + 1);
        held.put(bytes, 0, 20, 20, 20 + length, 1000, "uid");
      }),
    };
  });
}

const valueCases: [name: string, least: number, most: number][] = [
  ["70 to 130", 70, 130],
  ["200 to 400", 200, 400],
  ["3,000 to 4,000", 3000, 4000],
];

/** What waits for a receiver: taken in, queued, taken out, encoded; per entry. */
async function sync(from: Importer): Promise<Task[]> {
  const { Store, DirtySet } = await from("kvserver/store/mod.ts");
  const { EntryPool } = await from("kvserver/sync/entry_pool.ts");
  const { Outbox } = await from("kvserver/sync/outbox.ts");
  const { EntryReader } = await from("kvserver/entry/entry_reader.ts");
  const { defaultLimits } = await from("limits.ts");
  const held = new Store();
  const dirty = new DirtySet(held);
  const bytes = new Uint8Array(36);
  const count = 10_000;
  const numbers: number[] = shuffled(count).map((i) => {
    bytes.set(encoder.encode(`key:${String(i).padStart(16, "0")}`));
    return held.put(bytes, 0, 20, 20, 36, 1000, "uid");
  });
  const drained = () => {
    for (const n of numbers) dirty.add(n);
    const encoded: Uint8Array[] = [];
    while (dirty.size > 0) encoded.push(dirty.drain(256 * 1024).encode().slice());
    return encoded;
  };
  const received = drained();
  const pool = new EntryPool(defaultLimits);
  const outboxes = [
    new Outbox(pool, defaultLimits),
    new Outbox(pool, defaultLimits),
    new Outbox(pool, defaultLimits),
  ];
  return [
    { name: "a dirty set: add, drain, encode", steps: count, run: () => void drained() },
    {
      name: "a pool and three outboxes: add, take, encode",
      steps: count,
      run: () => {
        for (const message of received) {
          const reader = new EntryReader(message);
          while (reader.next()) {
            const n = pool.add(reader);
            for (const outbox of outboxes) outbox.enqueue(n);
            pool.release(n);
          }
        }
        for (const outbox of outboxes) {
          while (outbox.size > 0) {
            const batch = outbox.take();
            batch.encode();
            batch.release();
          }
        }
      },
    },
  ];
}

const encoder = new TextEncoder();

function repeated(count: number, step: () => void): () => void {
  return () => {
    for (let i = 0; i < count; i++) step();
  };
}

/** The numbers below `count` in an order that has no rhyme, always the same. */
function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    const j = state % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers;
}
