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
    noticedAt: "what an ended server told only one other, over half a connection, all get",
    file: "kvserver/sync/membership.ts",
    from: "if (other !== peer) other.comparison.owe(this.#context.monotonicMs());",
    to: "",
  },
  "introductions are lost with a connection": {
    noticedBy: "hard",
    noticedAt: "who introduces two others loses both connections at that moment",
    file: "kvserver/sync/gossip.ts",
    from: "for (const ref of introductions) this.introduce(ref);",
    to: "",
  },
  "a peer that is heard ends with its address": {
    noticedBy: "hard",
    noticedAt: "a server whose address another one has taken is in conflict for those who hear it",
    file: "kvserver/sync/membership.ts",
    from: "if (link.isWrongIncarnation && !link.isHeard) {",
    to: "if (link.isWrongIncarnation) {",
  },
  "nobody is met who answers where a peer was": {
    noticedBy: "hard",
    noticedAt:
      "a first server that starts again, empty and alone, is taken back with all that was there",
    file: "kvserver/sync/membership.ts",
    from: "      this.#meetSuccessor(peer, link);\n",
    to: "",
  },
  "others are not told who is forgotten": {
    noticedBy: "hard",
    noticedAt: "a server is forgotten that is cut off, and greets again when it is not",
    file: "kvserver/sync/membership.ts",
    from: "for (const peer of this.#peers.values()) peer.gossip.tellForgotten(server);",
    to: "",
  },
  "who is reached again says nothing unless there is something to say": {
    noticedBy: "hard",
    noticedAt:
      "a server that was forgotten and has nothing to say is a member again when it is reached",
    file: "kvserver/sync/peer.ts",
    from: "if (link.isUp && link.epoch !== this.#firstMessageEpoch) {",
    to: "if (false) {",
  },
  "who is known by a later incarnation is forgotten": {
    noticedBy: "hard",
    noticedAt: "who knows a later incarnation of a server that another one forgets keeps it",
    file: "kvserver/sync/membership.ts",
    from: "incarnations.length > 0 && !incarnations.includes(peer.ref.incarnation);",
    to: "false;",
  },
  "who is known again stays forgotten for those who are told of it": {
    noticedBy: "hard",
    noticedAt:
      "halves that forgot each other are one cluster again when a server of one joins the other",
    file: "kvserver/sync/membership.ts",
    from: "if (forgotten === undefined || by.gossip.knowsForgotten(address)) return false;",
    to: "if (forgotten === undefined) return false;",
  },
  "who is forgotten is met when one names it that was not told": {
    noticedBy: "hard",
    noticedAt: "a server that is forgotten is not met because one names it that was not told",
    file: "kvserver/sync/membership.ts",
    from: "if (this.#isToBeMet(ref) && !this.#isHearsay(ref, by))",
    to: "if (this.#isToBeMet(ref))",
  },
  "who is forgotten while it is being met is met again": {
    noticedBy: "hard",
    noticedAt: "a server that could not be met and is forgotten meanwhile is met no more",
    file: "kvserver/sync/unmet_servers.ts",
    from: "if (!this.#meeting.delete(name)) return;",
    to: "",
  },
  "who could not be met is not met again": {
    noticedBy: "hard",
    noticedAt: "servers that could not reach each other for 90 s when they were introduced meet",
    file: "kvserver/sync/membership.ts",
    from: "this.#unmet.missed(ref, { by, host }, this.#context.monotonicMs());",
    to: "",
  },
};
