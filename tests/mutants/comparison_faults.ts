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
    file: "kvserver/reconcile/comparison.ts",
    from: "else if (unmatched.size + held.size > 0) {",
    to: "else if (held.size > 0) {",
  },
  "what the other replica does not list is not given": {
    noticedBy: "compared",
    ...exerciseFaults["what the other replica does not list is not given"],
  },
  "a later write is not asked for": {
    noticedBy: "compared",
    file: "kvserver/reconcile/comparison.ts",
    from: "if (left === other) answer.wanted.push(key);",
    to: "",
  },
  "what is on its way is taken for a difference": {
    noticedBy: "compared",
    file: "kvserver/query/comparing.ts",
    from: "this.#leftOut ||= isYoung;\n      return isYoung;",
    to: "return false;",
  },
  "an answer that the peer has lost is waited for": {
    noticedBy: "hard",
    file: "kvserver/sync/peer_comparison.ts",
    from: "nowMs - state.sinceMs > roundTripMs + this.#limits.comparisonGraceMs;",
    to: "nowMs - state.sinceMs > 2 * this.#limits.comparisonQuietMs;",
  },
  "replicas of one server are not compared": {
    noticedBy: "compared",
    file: "kvserver/sync/comparer.ts",
    from: "this.#compareSiblings(nowMs);",
    to: "",
  },
};
