import { changesTo } from "../../app/backup/exactly.ts";
import { compareKeys } from "../../app/backup/slices.ts";
import type { ExportedEntry, Value } from "../../kvclient/mod.ts";
import { assertEquals, fc } from "../deps.ts";

const nowMs = 100;

/** What a store holds, by key: a value, and when that expires, 0 for never. */
type Content = ReadonlyMap<string, readonly [value: Value, expiresAt: number]>;

async function* entriesOf(content: Content): AsyncGenerator<ExportedEntry> {
  for (const [key, [value, expiresAt]] of [...content].sort(([a], [b]) => compareKeys(a, b))) {
    yield { key, value, order: [1, 0, "uid"], ...expiresAt > 0 ? { expiresAt } : {} };
  }
}

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom("1", "2"),
  fc.uint8Array({ maxLength: 2 }),
);
const content = fc.array(
  fc.tuple(
    fc.constantFrom("", "a", "a\0", "b", "é", "\uffff", "\u{1f600}"),
    fc.tuple(value, fc.constantFrom(0, nowMs - 1, nowMs, nowMs + 1)),
  ),
).map((entries): Content => new Map(entries));

Deno.test("a store that makes the changes to what is wanted holds that and nothing else", async () => {
  await fc.assert(fc.asyncProperty(content, content, async (wanted, held) => {
    const after = new Map(held);
    const changes = changesTo(entriesOf(wanted), entriesOf(held), nowMs);
    for await (const { key, value, expiresAt = 0 } of changes) {
      if (value === undefined) after.delete(key);
      else after.set(key, [value, expiresAt]);
    }
    const lasting = [...wanted].filter(([, [, expiresAt]]) => expiresAt === 0 || expiresAt > nowMs);
    assertEquals(after, new Map(lasting));
  }));
});

Deno.test("what is as it should be is not written again", async () => {
  await fc.assert(fc.asyncProperty(content, async (held) => {
    // Before any of it has expired.
    for await (const change of changesTo(entriesOf(held), entriesOf(held), 0)) {
      throw new Error(`${JSON.stringify(change)} changes nothing`);
    }
  }));
});
