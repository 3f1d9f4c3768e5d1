import { assert, assertEquals } from "../../deps.ts";
import { Prng } from "../../../simulate/world/prng.ts";

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly order: number;
}

/** What chapter 5 asks for. */
interface Answer {
  Outbox: new () => {
    add(entry: Entry): void;
    remove(entry: Entry): void;
    take(max: number): Entry[];
  };
}

/** @throws {Error} that says what is wrong with an answer. */
export function checkOutbox({ Outbox }: Answer): void {
  const entry = (key: string, order: number): Entry => ({ key, order, value: `${key}${order}` });
  const outbox = new Outbox();
  for (const it of [entry("a", 1), entry("b", 2), entry("a", 5), entry("c", 3), entry("b", 1)]) {
    outbox.add(it);
  }
  assertEquals(
    outbox.take(2),
    [entry("a", 5), entry("b", 2)],
    "the last of each, the longest first",
  );
  assertEquals(outbox.take(9), [entry("c", 3)]);
  assertEquals(outbox.take(9), [], "what was taken is gone");

  outbox.add(entry("a", 5));
  outbox.remove(entry("a", 4));
  assertEquals(outbox.take(9), [entry("a", 5)], "a later one is still to be sent");
  outbox.add(entry("a", 5));
  outbox.remove(entry("a", 6));
  outbox.add(entry("b", 5));
  outbox.remove(entry("b", 5));
  assertEquals(outbox.take(9), [], "the receiver has that, or a later one");

  // A receiver that merges all it is sent holds the last of each key.
  const random = new Prng(5);
  const last = new Map<string, Entry>();
  const held = new Map<string, Entry>();
  for (let i = 1; i <= 2_000; i++) {
    const it = entry(`k${random.below(20)}`, random.below(1_000));
    outbox.add(it);
    if ((last.get(it.key)?.order ?? -1) < it.order) last.set(it.key, it);
    if (random.below(10) > 0) continue;
    const taken = outbox.take(1 + random.below(5));
    assert(new Set(taken.map(({ key }) => key)).size === taken.length, "a key at most once");
    for (const it of taken) if ((held.get(it.key)?.order ?? -1) < it.order) held.set(it.key, it);
  }
  for (const it of outbox.take(100)) {
    if ((held.get(it.key)?.order ?? -1) < it.order) held.set(it.key, it);
  }
  assertEquals(outbox.take(100), [], "no more than one entry waits for each of 20 keys");
  const orders = (entries: Map<string, Entry>) =>
    [...entries].map(([key, { order }]) => `${key} ${order}`).sort();
  assertEquals(orders(held), orders(last), "the receiver holds the last of each key");
}
