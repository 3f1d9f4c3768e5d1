import type { PlantedFault } from "./planted_fault.ts";

/** Faults in who knows whom, and in what that brings about. */
export const membershipFaults: Record<string, PlantedFault> = {
  "servers that come to know each other compare nothing": {
    noticedBy: "random",
    file: "kvserver/sync/membership.ts",
    from: "peer.comparison.owe(this.#context.monotonicMs());",
    to: "",
  },
  "nobody compares what a lost or ended peer told some": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "if (other !== peer) other.comparison.owe(this.#context.monotonicMs());",
    to: "",
  },
  "introductions are lost with a connection": {
    noticedBy: "hard",
    file: "kvserver/sync/gossip.ts",
    from: "for (const ref of introductions) this.introduce(ref);",
    to: "",
  },
  "a peer that is heard ends with its address": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "if (link.isWrongIncarnation && !link.isHeard) {",
    to: "if (link.isWrongIncarnation) {",
  },
  "nobody is met who answers where a peer was": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "      this.#meetSuccessor(peer, link);\n",
    to: "",
  },
  "others are not told who is forgotten": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "for (const peer of this.#peers.values()) peer.gossip.tellForgotten(server);",
    to: "",
  },
  "who is reached again says nothing unless there is something to say": {
    noticedBy: "hard",
    file: "kvserver/sync/peer.ts",
    from: "if (link.isUp && link.epoch !== this.#firstMessageEpoch) {",
    to: "if (false) {",
  },
  "who is known by a later incarnation is forgotten": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "if (!this.#peersAt(address).some(isNewer)) this.forget(address);",
    to: "this.forget(address);",
  },
};
