import type { PlantedFault } from "./planted_fault.ts";

/** Faults in how a replica takes writes, merges, and goes by the clock. */
export const replicaFaults: Record<string, PlantedFault> = {
  "a delta is dropped": {
    noticedBy: "random",
    file: "kvserver/query/query_actor.ts",
    from: "this.#outbox.add(n);",
    to: "if (this.#store.sequenceOf(n) !== 1) this.#outbox.add(n);",
  },
  "a Delete stays where it was asked for": {
    noticedBy: "random",
    file: "kvserver/query/queries.ts",
    from: "if (!this.#defersPuts) return writer.bool(shown);",
    to: "this.writes.accepted.pop();\n    if (!this.#defersPuts) return writer.bool(shown);",
  },
  "a tombstone never beats a value": {
    noticedBy: "random",
    file: "kvserver/store/store.ts",
    from: "if (!isLater(entry, this.#orderOf(n))) return noEntry;",
    to: `if (!isLater(entry, this.#orderOf(n))) return noEntry;
    if (entry.valueStart < 0 && n !== noEntry && this.isShown(n)) return noEntry;`,
  },
  "an expiry does not travel": {
    noticedBy: "random",
    file: "kvserver/entry/entry_batch.ts",
    from: "if (counter === noCounter && expiresAt === noExpiry) return;",
    to: "if (counter === noCounter) return;\n  expiresAt = noExpiry;",
  },
  "an Expire stays where it was asked for": {
    noticedBy: "random",
    file: "kvserver/query/writes.ts",
    from: "this.#counter++;\n    this.accepted.push(n);\n    return true;",
    to: "this.#counter++;\n    return true;",
  },
  "a bin arrives as a str": {
    noticedBy: "random",
    file: "kvserver/store/store.ts",
    from: "const { bytes, valueStart, valueEnd, counter, isBin, expiresAt } = entry;",
    to:
      "const { bytes, valueStart, valueEnd, counter, expiresAt } = entry;\n    const isBin = false;",
  },
  "two writes of an actor have one number": {
    noticedBy: "random",
    file: "kvserver/query/writes.ts",
    from: "this.#counter++;\n    return shown;",
    to: "return shown;",
  },
  "nobody looks at the clock when nobody asks": {
    noticedBy: "random",
    file: "kvserver/query/expiry_clock.ts",
    from: "this.#ticks.tickWithin(Math.min(Math.max(delayMs, 1), expiryTickMaxMs));",
    to: "",
  },
  "nobody looks at the clock once all has expired": {
    noticedBy: "hard",
    file: "kvserver/query/expiry_clock.ts",
    from: "const { nextExpiryMs = Infinity } = this.#store;",
    to:
      "const { nextExpiryMs = Infinity } = this.#store;\n    if (nextExpiryMs === Infinity) return;",
  },
  "a server that is no longer alone keeps its Puts to itself": {
    noticedBy: "random",
    file: "kvserver/query/sync_outbox.ts",
    from: "this.#isAlone = isAlone;\n    if (read",
    to: "if (read",
  },
  "a merge takes an equal timestamp for a later one": {
    noticedBy: "random",
    file: "kvserver/entry/order.ts",
    from: "if (received.sequence !== held.sequence) return received.sequence > held.sequence;",
    to: "if (received.sequence !== held.sequence) return true;",
  },
  "a tie is broken the other way on one actor": {
    noticedBy: "random",
    file: "kvserver/query/merger.ts",
    from: "this.#store = store;",
    to: `this.#store = store;
    if (context.self.counter === 3) {
      const merge = this.#store.merge.bind(this.#store);
      this.#store.merge = (entry) => {
        const n = this.#store.find(entry.bytes, entry.keyStart, entry.keyEnd);
        const isTie = n !== noEntry && this.#store.timestampOf(n) === entry.timestamp &&
          this.#store.sequenceOf(n) === entry.sequence;
        return isTie && entry.uid > this.#store.uidOf(n) ? noEntry : merge(entry);
      };
    }`,
  },
  "a Put in the millisecond of the last one is no later": {
    noticedBy: "random",
    file: "kvserver/entry/order.ts",
    from: "clockMs > current.timestamp",
    to: "clockMs >= current.timestamp",
  },
};
