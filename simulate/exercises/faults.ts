import type { SourceEdit } from "./source_edit.ts";

/** What is wrong in the exercises, by what follows from it. Each `from` stands once in its file. */
export const exerciseFaults = {
  "a Delete stays where it was asked for": {
    file: "kvserver/query/queries.ts",
    from: "if (!this.#defersPuts) return writer.bool(shown);",
    to: "this.writes.accepted.pop();\n    if (!this.#defersPuts) return writer.bool(shown);",
  },
  "a delta is dropped": {
    file: "kvserver/query/query_actor.ts",
    from: "this.#outbox.add(n);",
    to: "if (this.#store.sequenceOf(n) !== 1) this.#outbox.add(n);",
  },
  "an entry is not forwarded to all siblings": {
    file: "kvserver/sync/sync_actor.ts",
    from: "this.#replicas.enqueueAccepted(batch, writer, ageMs);",
    to: "this.#replicas.enqueueAccepted(batch, this.#replicas.all[2] ?? writer, ageMs);",
  },
  "an expiry does not travel": {
    file: "kvserver/entry/entry_batch.ts",
    from: "if (counter === noCounter && expiresAt === noExpiry) return;",
    to: "if (counter === noCounter) return;\n  expiresAt = noExpiry;",
  },
  "an Expire stays where it was asked for": {
    file: "kvserver/query/writes.ts",
    from: "this.#counter++;\n    this.accepted.push(n);\n    return true;",
    to: "this.#counter++;\n    return true;",
  },
  "a merge takes an equal timestamp for a later one": {
    file: "kvserver/entry/order.ts",
    from: "if (received.sequence !== held.sequence) return received.sequence > held.sequence;",
    to: "if (received.sequence !== held.sequence) return true;",
  },
  "a tombstone never beats a value": {
    file: "kvserver/store/store.ts",
    from: "if (!isLater(entry, this.#orderOf(n))) return noEntry;",
    to: `if (!isLater(entry, this.#orderOf(n))) return noEntry;
    if (entry.valueStart < 0 && n !== noEntry && this.isShown(n)) return noEntry;`,
  },
  "coalescing keeps the older": {
    file: "kvserver/sync/outbox.ts",
    from: "if (!this.#pool.isLater(n, queued)) return;",
    to: "return;",
  },
  "what a cut connection lost is not sent again": {
    file: "kvserver/sync/backlog.ts",
    from: "for (const n of entries.numbers) this.#enqueue(n);",
    to: "",
  },
  "a Put in the millisecond of the last one is no later": {
    file: "kvserver/entry/order.ts",
    from: "clockMs > current.timestamp",
    to: "clockMs >= current.timestamp",
  },
  "an acknowledgement takes one message too many": {
    file: "kvserver/sync/in_flight.ts",
    from: "message.told <= handled;",
    to: "message.told <= handled + 1;",
  },
  "what the other replica does not list is not given": {
    file: "kvserver/reconcile/comparison.ts",
    from: "if (entry === undefined) return this.#isLeftOut(n) || this.#giveLacked(n);",
    to: "if (entry === undefined) return true;",
  },
  "what was deleted meanwhile is given back": {
    file: "kvserver/reconcile/comparison.ts",
    from: "if (this.#survivor(this.#writeOf(n)) !== undefined) return this.#give(n);",
    to: "return this.#give(n);",
  },
  "nobody waits for what a server has not seen": {
    file: "kvserver/sync/stability.ts",
    from: "meet([this.#seen.vector, ...members.map(({ seen }) => seen)])",
    to: "meet([this.#seen.vector])",
  },
  "tombstones are kept though all have seen them": {
    file: "kvserver/query/collector.ts",
    from: "else if (this.#mayGo(n)) gone.push(n);",
    to: "else if (this.#mayGo(n) && n % 2 === 0) gone.push(n);",
  },
  "all is claimed though something was left out of account": {
    file: "kvserver/sync/peer_comparison.ts",
    from: "!this.#leftOut && own !== undefined",
    to: "own !== undefined",
  },
} as const satisfies Readonly<Record<string, SourceEdit>>;
