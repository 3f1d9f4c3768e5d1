import type { PlantedFault } from "./planted_fault.ts";

/** Faults in what is believed of other servers. */
export const trustFaults: Record<string, PlantedFault> = {
  "a message is not checked": {
    noticedBy: "hard",
    file: "actor/exposed.ts",
    from: ": check(message, from, this.#edges);",
    to: ": undefined;",
  },
  "anyone may be told anything": {
    noticedBy: "hard",
    file: "actor/exposed.ts",
    from: "return check === undefined",
    to: "if (check === undefined) return undefined;\n    return check === undefined",
  },
  "entries are not looked at one by one": {
    noticedBy: "hard",
    file: "kvserver/sync/peer_message_fault.ts",
    from: "entriesFault((message as PeerMessage).entries, edges.now(), edges.limits);",
    to: "undefined;",
  },
};
