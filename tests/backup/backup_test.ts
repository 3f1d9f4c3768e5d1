import type { BackupSource } from "../../app/backup/backup_source.ts";
import { backUp } from "../../app/backup/backup.ts";
import { prune } from "../../app/backup/prune.ts";
import { listBackups, restoredEntries, type Selection } from "../../app/backup/restore.ts";
import { compareKeys } from "../../app/backup/slices.ts";
import type { ExportedEntry } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, assertMatch, assertRejects, fc } from "../deps.ts";
import { MemoryPlace } from "./memory_place.ts";

/** So short that a few entries are several chunks, slices and segments. */
const sizes = { backupChunkCharsMax: 400, backupSlicesMax: 3, backupSegmentBytes: 300 };

/** A store that is written and backed up, by a clock of its own. */
class Store {
  readonly place = new MemoryPlace();
  entries = new Map<string, ExportedEntry>();
  nowMs = Date.UTC(2026, 10, 29);
  knowsSums = true;

  put(key: string, value: string): void {
    this.entries.set(key, { key, value, order: [++this.nowMs, 0, "uid"] });
  }

  async backUp() {
    const sorted = () => sortedEntries(this.entries.values());
    const source: BackupSource = {
      entries: async function* (after) {
        for (const entry of sorted()) {
          if (after !== undefined && compareKeys(entry.key, after) <= 0) continue;
          read.push(entry.key);
          yield entry;
        }
      },
      sums: (ends) => {
        const sums = Array.from({ length: ends.length + 1 }, () => "");
        for (const { key, order } of sorted()) {
          const at = ends.findIndex((end) => compareKeys(key, end) <= 0);
          sums[at < 0 ? ends.length : at] += `${key} ${order[0]}, `;
        }
        return Promise.resolve(this.knowsSums ? sums : undefined);
      },
    };
    const read: string[] = [];
    const now = () => ++this.nowMs;
    const environment = {
      now,
      monotonicMs: now,
      fraction: () => 0,
      hex64: () => "0123456789abcdef",
    };
    const report = await backUp(this.place, source, environment, undefined, () => {}, sizes);
    return { ...report, read };
  }

  async restored(selection: Selection = {}) {
    const { entries, faults } = await restoredEntries(this.place, selection);
    const read: ExportedEntry[] = [];
    for await (const entry of entries) read.push({ ...entry } as ExportedEntry);
    return { entries: read.map(({ key, value, order }) => ({ key, value, order })), faults };
  }
}

const sortedEntries = (entries: Iterable<ExportedEntry>) =>
  [...entries].sort((a, b) => compareKeys(a.key, b.key));

Deno.test("what is restored is what was backed up, after any history, as of any time", async () => {
  const key = fc.oneof(
    fc.integer({ min: 0, max: 60 }).map((n) => `key/${String(n).padStart(2, "0")}`),
    fc.constantFrom("", "\uffff", "\u{1f600}", "a\0", "é"),
  );
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ put: key, value: fc.string({ maxLength: 20 }) }) },
    { weight: 3, arbitrary: fc.record({ remove: key }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
    { weight: 2, arbitrary: fc.record({ backUp: fc.constant(true), knowsSums: fc.boolean() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 200 }), async (steps) => {
      const store = new Store();
      const backups: { atMs: number; entries: ExportedEntry[] }[] = [];
      for (const step of steps) {
        if ("put" in step) store.put(step.put, step.value);
        else if ("remove" in step) store.entries.delete(step.remove);
        else if ("clear" in step) store.entries.clear();
        else {
          const was = store.place.objects.size;
          store.knowsSums = step.knowsSums;
          const { entries, changed, gone } = await store.backUp();
          assertEquals(entries, store.entries.size);
          if (changed + gone === 0) assertEquals(store.place.objects.size, was + 1);
          backups.push({ atMs: store.nowMs, entries: sortedEntries(store.entries.values()) });
        }
      }
      if (backups.length === 0) return;
      assertEquals(await store.restored(), { entries: backups.at(-1)!.entries, faults: [] });
      assertEquals((await listBackups(store.place)).backups.length, backups.length);
      for (const { atMs, entries } of backups) {
        const { entries: read } = await store.restored({ atMs });
        // What the next backup has, and is not later, was there too: it is what this backup has.
        assertEquals(read, entries);
        const below = await store.restored({ atMs, prefixes: ["key/3"] });
        assertEquals(below.entries, entries.filter(({ key }) => key.startsWith("key/3")));
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a time between two backups has what either has of then", async () => {
  const store = new Store();
  store.put("a", "1");
  store.put("b", "1");
  await store.backUp();
  store.put("c", "2");
  const atMs = store.nowMs;
  store.put("a", "3");
  store.put("d", "3");
  await store.backUp();
  const { entries } = await store.restored({ atMs });
  assertEquals(entries.map(({ key, value }) => [key, value]), [["a", "1"], ["b", "1"], ["c", "2"]]);
});

Deno.test("a second backup writes what has changed, and little more", async () => {
  const store = new Store();
  for (let n = 0; n < 500; n++) store.put(`key/${String(n).padStart(3, "0")}`, `value ${n}`);
  const { bytesWritten: first } = await store.backUp();
  store.put("key/250", "changed");
  store.entries.delete("key/300");
  const { changed, gone } = await store.backUp();
  assertEquals({ changed, gone }, { changed: 1, gone: 1 });
  const segments = [...store.place.objects].filter(([name]) => name.startsWith("segments/"));
  const newest = segments.map(([name]) => name).sort().at(-1)!.slice(0, -"-00000.jsonl.gz".length);
  const written = segments.filter(([name]) => name.startsWith(newest));
  assertLess(written.reduce((sum, [, bytes]) => sum + bytes.length, 0), first / 20);
});

Deno.test("what has not changed since is not read", async () => {
  const store = new Store();
  for (let n = 0; n < 500; n++) store.put(`key/${String(n).padStart(3, "0")}`, `value ${n}`);
  assertEquals((await store.backUp()).read.length, 500);
  // The chunks are known now, and what they sum up to is from here on.
  assertEquals((await store.backUp()).read.length, 500);
  assertEquals((await store.backUp()).read, []);
  store.put("key/250", "changed");
  store.entries.delete("key/480");
  const { changed, gone, entries, read } = await store.backUp();
  assertEquals({ changed, gone, entries }, { changed: 1, gone: 1, entries: 499 });
  assertLess(read.length, 40);
  assertEquals((await store.backUp()).read, []);
  assertEquals((await store.restored()).entries, sortedEntries(store.entries.values()));
});

Deno.test("what is damaged is said, and all else restored; the next backup writes it anew", async () => {
  const store = new Store();
  for (let n = 0; n < 50; n++) store.put(`key/${n}`, "x".repeat(20));
  await store.backUp();
  const [name, bytes] = [...store.place.objects].find(([name]) => name.startsWith("segments/"))!;
  bytes[bytes.length >> 1] ^= 1;
  const { entries, faults } = await store.restored();
  assertEquals(faults.length, 1);
  const [, missing] = /^Cannot read (\d+) entr\S+ of segments\/\S+: they are damaged$/
    .exec(faults[0])!;
  assert(entries.length > 0 && entries.length + Number(missing) === 50, faults[0]);
  for (const key of store.entries.keys()) store.put(key, "y");
  await store.backUp();
  assertEquals((await store.restored()).faults, []);
  store.place.objects.delete(name);
  assertEquals((await store.restored()).entries.length, 50);
});

const deleted = "key/30a";

/** A store of which each key was put and backed up, and some of them once more. */
async function backedUpTwice() {
  const store = new Store();
  const keys = Array.from({ length: 50 }, (_, n) => `key/${String(n).padStart(2, "0")}`);
  for (const key of keys) store.put(key, "first".padEnd(20));
  store.put(deleted, "first");
  const first = await store.backUp();
  const atMs = store.nowMs;
  const changed = new Set(keys.filter((_, n) => n % 10 === 5));
  for (const key of changed) store.put(key, "second");
  store.put("new", "second");
  store.entries.delete(deleted);
  const second = await store.backUp();
  const segmentsOf = ({ backup }: { backup: string }) =>
    [...store.place.objects.keys()].filter((name) => name.startsWith(`segments/${backup}`));
  return { store, keys, changed, atMs, first: segmentsOf(first), second: segmentsOf(second) };
}

Deno.test("sound parts of a backup come also beside a part that is cut, gone or changed", async () => {
  for (const harm of ["cut", "gone", "changed", "empty"]) {
    const { store, changed, first } = await backedUpTwice();
    let cut = 0;
    for (const name of first) {
      const bytes = store.place.objects.get(name)!;
      if (harm === "gone") store.place.objects.delete(name);
      else if (harm === "changed") bytes.fill(7);
      else store.place.objects.set(name, bytes.slice(0, harm === "cut" ? 2 : 0));
      cut = bytes.length;
    }
    for (const leavesOutdated of [false, true]) {
      const { entries, faults } = await store.restored({ leavesOutdated });
      // What a slice of the second backup has is the newest there is, whatever was before it.
      assertEquals(new Set(entries.map(({ key }) => key)), new Set([...changed, "new"]), harm);
      assert(entries.every(({ value }) => value === "second"));
      assertEquals(faults.length, first.length);
      const why = {
        cut: `it has 2 bytes instead of ${cut}`,
        gone: `${first.at(-1)} is not there`,
        changed: "they are damaged",
        empty: `it has 0 bytes instead of ${cut}`,
      }[harm];
      assertMatch(faults.at(-1)!, /^Cannot read \d+ entr(y|ies) of segments\/\S+\.jsonl\.gz: /);
      assert(faults.at(-1)!.endsWith(`: ${why}`), faults.at(-1));
    }
  }
});

Deno.test("beside a newer part that is damaged an older value comes, unless it could beat a newer one", async () => {
  const { store, keys, changed, atMs, second } = await backedUpTwice();
  for (const name of second) store.place.objects.get(name)!.fill(7);
  const { entries, faults } = await store.restored();
  const valueOf = new Map(entries.map(({ key, value }) => [key, String(value).trim()]));
  assertEquals([...valueOf.keys()].sort(), [...keys, deleted].sort());
  assert([...valueOf.values()].every((value) => value === "first"));
  assertEquals(faults.length, second.length);
  const certain = await store.restored({ leavesOutdated: true });
  for (const { key } of certain.entries) assert(!changed.has(key) && key !== deleted, key);
  const left = keys.length + 1 - certain.entries.length;
  const said =
    `Left out ${left} entries of which the parts that cannot be read may have newer ones`;
  assert(certain.faults.includes(said), certain.faults.join("\n"));
  // The backup before is whole, and what is between the two changes nothing of that.
  const before = await store.restored({ atMs });
  assertEquals(before.entries.map(({ key }) => key), [...keys, deleted].sort());
  assert(before.entries.every(({ value }) => String(value).startsWith("first")));
  const restored = await restoredEntries(store.place, {});
  for await (const _ of restored.entries);
  assertEquals(restored.damage(), { soundMs: atMs });
});

Deno.test("a file that no backup has made is none that is damaged, and is left alone", async () => {
  const store = new Store();
  store.put("key", "value");
  await store.place.write("backups/README", new Uint8Array());
  assertEquals((await store.backUp()).faults, []);
  assertEquals((await store.backUp()).faults, []);
  assertEquals((await store.restored()).faults, []);
  assertEquals((await listBackups(store.place)).faults, []);
  store.nowMs += 1_000;
  assertEquals(await prune(store.place, store.nowMs, store.nowMs), 1);
  assert(store.place.objects.has("backups/README"));
});

Deno.test("a manifest that is damaged or of another format is passed over, and said", async () => {
  const store = new Store();
  store.put("a", "1");
  await store.backUp();
  store.put("a", "2");
  await store.backUp();
  const manifests = [...store.place.objects].filter(([name]) => name.startsWith("backups/"));
  manifests[1][1][12] ^= 0xff;
  const { entries, faults } = await store.restored();
  assertEquals(entries.map(({ value }) => value), ["1"]);
  assertMatch(faults.join(), /^Cannot read backups\/.*\.json\.gz: it is damaged$/);
  manifests[0][1][12] ^= 0xff;
  await assertRejects(() => store.restored(), Error, "found no backup there");
  store.put("a", "3");
  assertEquals((await store.backUp()).faults.length, 2);
  assertEquals((await store.restored()).entries.map(({ value }) => value), ["3"]);
});

Deno.test("old backups are removed with what only they name; the newest stays", async () => {
  const store = new Store();
  for (let n = 0; n < 100; n++) store.put(`key/${n}`, "first");
  await store.backUp();
  for (let n = 0; n < 100; n += 9) store.put(`key/${n}`, "second");
  await store.backUp();
  for (let n = 0; n < 100; n++) store.put(`key/${n}`, "third");
  await store.backUp();
  const before = (await store.restored()).entries;
  assertEquals(await prune(store.place, store.nowMs + 1, store.nowMs), 2);
  assertEquals((await store.restored()).entries, before);
  const named = [...store.place.objects.keys()];
  assertEquals(named.filter((name) => name.startsWith("backups/")).length, 1);
  assertEquals(new Set(named.map((name) => name.slice(name.indexOf("/")).slice(0, 24))).size, 1);
  assertEquals(await prune(store.place, store.nowMs + 1, store.nowMs), 0);
});

Deno.test("a backup that is interrupted leaves the one before as it was", async () => {
  const store = new Store();
  for (let n = 0; n < 100; n++) store.put(`key/${n}`, "first");
  await store.backUp();
  const before = (await store.restored()).entries;
  for (let n = 0; n < 100; n++) store.put(`key/${n}`, "second");
  let left = 2;
  const write = store.place.write.bind(store.place);
  store.place.write = (name, bytes) =>
    left-- > 0 ? write(name, bytes) : Promise.reject(new Error("the disk is full"));
  await assertRejects(() => store.backUp(), Error, "the disk is full");
  assertEquals(await store.restored(), { entries: before, faults: [] });
});
