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
    from: "this.#introductions.lost(introductions);",
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
    from: "const isKept = (peer: Peer) => !isOf(peer.ref, server) || this.#isJoining(peer);",
    to: "const isKept = (peer: Peer) => this.#isJoining(peer);",
  },
  "who is known again stays forgotten for those who are told of it": {
    noticedBy: "hard",
    noticedAt:
      "halves that forgot each other are one cluster again when a server of one joins the other",
    file: "kvserver/sync/sync_actor.ts",
    from: "for (const ref of message.kept ?? [])",
    to: "for (const ref of [])",
  },
  "who hears a server that others forgot says nothing": {
    noticedBy: "hard",
    noticedAt:
      "two servers that forgot each other while a third heard both are told by it, and meet",
    file: "kvserver/sync/membership.ts",
    from: "for (const { ref } of there) by.gossip.tellKept(ref);",
    to: "",
  },
  "who is forgotten while it is being met becomes a peer when it answers": {
    noticedBy: "hard",
    noticedAt: "a server that is forgotten while it is being met is met no more, though it answers",
    file: "kvserver/sync/meetings.ts",
    from: "if (!this.#unmet.isMeeting(ref)) {",
    to: "if (false) {",
  },
  "what is forgotten and was not known is not passed on": {
    noticedBy: "hard",
    noticedAt: "who is told of a forgetting and did not know the server passes it on",
    file: "kvserver/sync/membership.ts",
    from: "if (!this.#forgetKnown(address, peers)) this.#forgotten.note(server);",
    to: "this.#forgetKnown(address, peers);",
  },
  "who could not be met is not met again": {
    noticedBy: "hard",
    noticedAt: "servers that could not reach each other for 90 s when they were introduced meet",
    file: "kvserver/sync/meetings.ts",
    from: "else this.missed(ref, by);",
    to: "",
  },
  "who is a peer no more is not met again": {
    noticedBy: "hard",
    noticedAt: "two servers whose addresses led elsewhere for a while meet again",
    file: "kvserver/sync/membership.ts",
    from: "this.#meetings.missed(ref, ref);",
    to: "",
  },
  "who started again before it was met is not looked for": {
    noticedBy: "hard",
    noticedAt: "a server that started again and again, and knows nobody, is taken back",
    file: "kvserver/sync/meetings.ts",
    from: "if (isSuccessor(other) && !this.#unmet.has(other)) this.missed(other, by);",
    to: "",
  },
};
