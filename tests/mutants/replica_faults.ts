import { exerciseFaults } from "../../simulate/exercises/faults.ts";
import type { PlantedFault } from "./planted_fault.ts";

/** Faults in how a replica takes writes, merges, and goes by the clock. */
export const replicaFaults: Record<string, PlantedFault> = {
  "a delta is dropped": {
    noticedBy: "random",
    noticedAt: 2,
    ...exerciseFaults["a delta is dropped"],
  },
  "a Delete stays where it was asked for": {
    noticedBy: "random",
    ...exerciseFaults["a Delete stays where it was asked for"],
  },
  "a tombstone never beats a value": {
    noticedBy: "random",
    ...exerciseFaults["a tombstone never beats a value"],
  },
  "an expiry does not travel": {
    noticedBy: "random",
    noticedAt: 2,
    ...exerciseFaults["an expiry does not travel"],
  },
  "an Expire stays where it was asked for": {
    noticedBy: "random",
    ...exerciseFaults["an Expire stays where it was asked for"],
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
    noticedAt: 14,
    file: "kvserver/query/expiry_clock.ts",
    from: "this.#ticks.within(Math.min(Math.max(delayMs, 1), expiryTickMaxMs));",
    to: "",
  },
  "nobody looks at the clock once all has expired": {
    noticedBy: "hard",
    noticedAt: "a clock that was far ahead for a while takes nothing away for good",
    file: "kvserver/query/expiry_clock.ts",
    from: "const { nextExpiryMs = Infinity } = this.#store;",
    to:
      "const { nextExpiryMs = Infinity } = this.#store;\n    if (nextExpiryMs === Infinity) return;",
  },
  "a server that is no longer alone keeps its Puts to itself": {
    noticedBy: "random",
    noticedAt: 3,
    file: "kvserver/query/sync_outbox.ts",
    from: "this.#isAlone = isAlone;\n    if (read",
    to: "if (read",
  },
  "a merge takes an equal timestamp for a later one": {
    noticedBy: "random",
    ...exerciseFaults["a merge takes an equal timestamp for a later one"],
  },
  "a tie is broken the other way on one actor": {
    noticedBy: "random",
    noticedAt: 10,
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
    noticedAt: 6,
    ...exerciseFaults["a Put in the millisecond of the last one is no later"],
  },
  "some of what is on a disk is not read": {
    noticedBy: "partition",
    noticedAt: 44,
    file: "kvserver/disk/journal.ts",
    from: "const part: Partial<LoadMessage> =",
    to: `if (kind === "entries" && bytes.length % 10 === 0) continue;
      const part: Partial<LoadMessage> =`,
  },
};
