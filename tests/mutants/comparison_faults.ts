import { exerciseFaults } from "../../simulate/exercises/faults.ts";
import type { PlantedFault } from "./planted_fault.ts";

/** Faults in how replicas are compared. */
export const comparisonFaults: Record<string, PlantedFault> = {
  "the sum of a range says nothing of values": {
    noticedBy: "compared",
    file: "kvserver/store/entry_hash.ts",
    from: "else if (valueLength !== tombstone) this.#values.addTo(hash, n);",
    to: "",
  },
  "what this replica lacks of a list is not asked for": {
    noticedBy: "compared",
    noticedAt: "replicas that differ again and again are told of, and when they agreed last",
    file: "kvserver/reconcile/comparison.ts",
    from: "else if (unmatched.size + held.size > 0) {",
    to: "else if (held.size > 0) {",
  },
  "what the other replica does not list is not given": {
    noticedBy: "compared",
    noticedAt: "replicas of one server that differ again and again are told of",
    ...exerciseFaults["what the other replica does not list is not given"],
  },
  "a later write is not asked for": {
    noticedBy: "compared",
    noticedAt:
      "what only one replica holds, and what one holds an earlier write of, is found and brought",
    file: "kvserver/reconcile/comparison.ts",
    from: "if (left === other) answer.wanted.push(key);",
    to: "",
  },
  "what is on its way is taken for a difference": {
    noticedBy: "compared",
    noticedAt: "nothing that is on its way counts as a repair, however much is put",
    file: "kvserver/query/comparing.ts",
    from: "this.#leftOut ||= isYoung;\n      return isYoung;",
    to: "return false;",
  },
  "an answer that the peer has lost is waited for": {
    noticedBy: "hard",
    noticedAt:
      "nobody waits for an answer of a comparison that the other one has lost, and begins anew",
    file: "kvserver/sync/peer_comparison.ts",
    from: "nowMs - state.sinceMs > roundTripMs + this.#limits.comparisonGraceMs;",
    to: "nowMs - state.sinceMs > 2 * this.#limits.comparisonQuietMs;",
  },
  "of two values of one write the lesser one is taken": {
    noticedBy: "compared",
    noticedAt: "of two values of one write the greater one is everywhere",
    file: "kvserver/store/store.ts",
    from: "if (difference !== 0) return difference > 0;",
    to: "if (difference !== 0) return difference < 0;",
  },
  "of two values of one write either one stays": {
    noticedBy: "compared",
    noticedAt: "of two values of one write the greater one is everywhere",
    file: "kvserver/query/merger.ts",
    from: "this.#store.merge(received) || this.#mergeDamaged(received);",
    to: "this.#store.merge(received);",
  },
  "replicas of one server are not compared": {
    noticedBy: "compared",
    noticedAt: "replicas of one server that differ again and again are told of",
    file: "kvserver/sync/comparer.ts",
    from: "this.#compareSiblings(nowMs);",
    to: "",
  },
};
