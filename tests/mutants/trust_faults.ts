import type { PlantedFault } from "./planted_fault.ts";

/** Faults in what is believed of other servers. */
export const trustFaults: Record<string, PlantedFault> = {
  "whoever claims writes of a living server is believed": {
    noticedBy: "hard",
    noticedAt:
      "writes that a peer claims, and a living server has yet to make, are not taken for seen",
    file: "kvserver/sync/believed_claims.ts",
    from: "return writer.seen.counter(uid);",
    to: "return Infinity;",
  },
  "whoever claims the receiver's own writes is believed": {
    noticedBy: "hard",
    noticedAt:
      "writes that a peer claims, and a living server has yet to make, are not taken for seen",
    file: "kvserver/sync/believed_claims.ts",
    from: "if (incarnationOf(uid) === this.#context.self.incarnation) return 0;",
    to: "if (incarnationOf(uid) === this.#context.self.incarnation) return Infinity;",
  },
  "whoever says that it is another server is believed": {
    noticedBy: "hard",
    noticedAt:
      "writes that a peer claims, and a living server has yet to make, are not taken for seen",
    file: "kvserver/sync/believed_claims.ts",
    from: "if (system === from) return Infinity;",
    to: 'if (incarnationOf(uid) === from.split("/")[1]) return Infinity;',
  },
  "whose state is taken over is believed all": {
    noticedBy: "hard",
    noticedAt:
      "writes that whose state is taken over claims, and are still to be made here, are not taken for seen",
    file: "kvserver/sync/sync_actor.ts",
    from: "this.#replicas.enqueueClaims(this.#believed.of(claims, message.from, isState));",
    to:
      "this.#replicas.enqueueClaims(isState ? claims : this.#believed.of(claims, message.from, isState));",
  },
  "whoever brings numbers of a living server is believed": {
    noticedBy: "hard",
    noticedAt:
      "numbers that a client makes up, of a living server that has written nothing, cost none of its Puts",
    file: "kvserver/query/replica_versions.ts",
    from: "this.#living = new Set([...incarnations, ...addresses]);",
    to: "this.#living = new Set(addresses);",
  },
  "a server that has ended may have numbers yet to give": {
    noticedBy: "hard",
    noticedAt:
      "what an ended server alone had, and was restored and deleted, comes back by no backup",
    file: "kvserver/query/replica_versions.ts",
    from: "const [address, incarnation] = uid.split",
    to: "if (this.knows(uid)) return true;\n    const [address, incarnation] = uid.split",
  },
  "a message is not checked": {
    noticedBy: "hard",
    noticedAt: "what is wrong with a message changes nothing, and costs the others nothing",
    file: "actor/exposed.ts",
    from: ": check(message, from, this.#edges);",
    to: ": undefined;",
  },
  "anyone may be told anything": {
    noticedBy: "hard",
    noticedAt: "nobody tells a server's actors, inboxes and channels anything by their numbers",
    file: "actor/exposed.ts",
    from: "return check === undefined",
    to: "if (check === undefined) return undefined;\n    return check === undefined",
  },
  "entries are not looked at one by one": {
    noticedBy: "hard",
    noticedAt: "what is wrong with a message changes nothing, and costs the others nothing",
    file: "kvserver/sync/peer_message_fault.ts",
    from: "entriesFault((message as PeerMessage).entries, edges.now(), edges.limits);",
    to: "undefined;",
  },
};
