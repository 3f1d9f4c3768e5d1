import { exerciseFaults } from "../../simulate/exercises/faults.ts";
import { withoutComparisons } from "../simulate/checked_cluster.ts";
import type { PlantedFault } from "./planted_fault.ts";

/** Faults in what is said to have been seen, and in what is removed or dropped because of that. */
export const versionFaults: Record<string, PlantedFault> = {
  "what was deleted meanwhile is given back": {
    noticedBy: "return",
    noticedAt: 4,
    ...exerciseFaults["what was deleted meanwhile is given back"],
  },
  "a write that was replaced before it was claimed was not seen": {
    noticedBy: "return",
    noticedAt: 32,
    file: "kvserver/query/replica_versions.ts",
    from: "if (!this.#seen.addDot({ uid, counter })) return;",
    to: "if (counter > 0) return;",
  },
  "a claim leaves before what it covers": {
    noticedBy: "random",
    file: "kvserver/versions/claims.ts",
    from: "this.#waiting[count].places <= this.#left",
    to: "this.#waiting[count].places <= this.#left + 3",
  },
  "a claim counts whatever was seen before": {
    noticedBy: "random",
    file: "kvserver/versions/seen_writes.ts",
    from: "if (from <= this.vector.counter(uid)) return",
    to: "if (from >= 0) return",
  },
  "all is claimed though something was left out of account": {
    noticedBy: "random",
    noticedAt: 22,
    ...exerciseFaults["all is claimed though something was left out of account"],
  },
  "what the replica that was compared had seen is not claimed to its siblings": {
    noticedBy: "hard",
    noticedAt:
      "a write that only the first replica of a server saw, before another one took its place, holds up no tombstone",
    file: "kvserver/sync/peer.ts",
    from: "meet([readSeen(ended.theirs).vector, this.seen])",
    to: "readSeen(ended.theirs).vector",
  },
  "siblings keep what a replica has dropped": {
    noticedBy: "return",
    noticedAt: 4,
    file: "kvserver/sync/local_replicas.ts",
    from: "if (replica !== dropper) replica.drop(removals);",
    to: "if (replica === dropper) replica.drop([]);",
    limits: withoutComparisons,
  },
  "the disk is said to have seen what another actor has still to write": {
    noticedBy: "hard",
    noticedAt:
      "whenever a server with a slow disk crashes, it takes nothing away from others when it is back",
    file: "kvserver/query/replica_versions.ts",
    from: "if (persistsForeign) {",
    to: "{",
  },
  "nobody waits for what a server has not seen": {
    noticedBy: "hard",
    noticedAt: "a tombstone is kept until a server that is cut off has seen what it deletes",
    ...exerciseFaults["nobody waits for what a server has not seen"],
  },
  "a write may be earlier than a tombstone that was forgotten": {
    noticedBy: "hard",
    noticedAt:
      "a Put is later than a tombstone that its server has forgotten, though its clock was set back",
    file: "kvserver/query/writes.ts",
    from: "return Math.max(this.#host.now(), this.floorMs);",
    to: "return this.#host.now();",
  },
  "tombstones are kept though all have seen them": {
    noticedBy: "random",
    ...exerciseFaults["tombstones are kept though all have seen them"],
  },
};
