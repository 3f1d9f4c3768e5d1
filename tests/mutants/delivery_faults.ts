import { exerciseFaults } from "../../simulate/exercises/faults.ts";
import { smallOutbox } from "../simulate/checked_cluster.ts";
import type { PlantedFault } from "./planted_fault.ts";

/** Faults in how entries and whole states reach their receivers, each once it can. */
export const deliveryFaults: Record<string, PlantedFault> = {
  "a join forgets Puts taken meanwhile": {
    noticedBy: "burst",
    file: "kvserver/sync/sync_actor.ts",
    from: "for (const peer of this.#members.peers) peer.backlog.enqueueBatch(batch, ageMs);",
    to:
      "for (const { backlog } of this.#members.peers) if (!backlog.isSendingState) backlog.enqueueBatch(batch, ageMs);",
  },
  "what was not merged is acknowledged": {
    noticedBy: "random",
    file: "kvserver/sync/sync_actor.ts",
    from: "this.#replicas.enqueueRemote(batch);",
    to: "if (message.entries.length % 7 !== 6) this.#replicas.enqueueRemote(batch);",
  },
  "coalescing keeps the older": {
    noticedBy: "random",
    ...exerciseFaults["coalescing keeps the older"],
  },
  "a later entry is removed with an earlier one": {
    noticedBy: "random",
    file: "kvserver/sync/outbox.ts",
    from: "if (queued === noPooled || this.#pool.isLater(queued, n)) return;",
    to: "if (queued === noPooled) return;",
  },
  "a batch that was kept whole is not decoded": {
    noticedBy: "random",
    file: "kvserver/sync/outbox.ts",
    from: "    this.#enqueueEach(whole);",
    to: "",
  },
  "what was sent last is sent again for what is to be sent now": {
    noticedBy: "random",
    file: "kvserver/sync/outgoing_batch.ts",
    from: "if (this.numbers[i] !== other.numbers[i]) return false;",
    to: "if (this.numbers[i] < 0) return false;",
  },
  "an entry is not forwarded to all siblings": {
    noticedBy: "random",
    ...exerciseFaults["an entry is not forwarded to all siblings"],
  },
  "what a cut connection lost is not sent again": {
    noticedBy: "random",
    ...exerciseFaults["what a cut connection lost is not sent again"],
  },
  "an acknowledgement takes one message too many": {
    noticedBy: "random",
    noticedAt: 19,
    ...exerciseFaults["an acknowledgement takes one message too many"],
  },
  "a part of the state begins one key too late": {
    noticedBy: "burst",
    file: "kvserver/query/part_reading.ts",
    from: "if (isFull) return false;",
    to: "if (isFull) last = n;\n        if (isFull) return false;",
  },
  "the state is complete before it is sent": {
    noticedBy: "burst",
    noticedAt: 6,
    file: "kvserver/sync/state_sender.ts",
    from: "id: this.#transfer.id, entriesLeft: outboxSize };",
    to: "id: this.#transfer.id, entriesLeft: 0 };",
  },
  "an idle peer is sent messages for ever": {
    noticedBy: "random",
    file: "kvserver/sync/peer.ts",
    from: "this.#isFirstMessageDue = false;",
    to: "",
  },
  "entries are not forwarded to those who are sent the state": {
    noticedBy: "hard",
    noticedAt: "a newcomer of a newcomer is ready with all, though it reaches nobody else",
    file: "kvserver/sync/sync_actor.ts",
    from: "if (backlog.isSendingState && other !== peer) backlog.enqueueBatch(batch);",
    to: "",
  },
  "servers in a ring do not say for whom they wait": {
    noticedBy: "hard",
    noticedAt:
      "servers that hold nothing and take the state over in a ring are ready in two seconds",
    file: "kvserver/sync/sender.ts",
    from: "if (peer.backlog.isSendingState) peer.gossip.tellAwaited(this.#stateReceiver.awaits);",
    to: "",
  },
  "a server knows only whom its own sender waits for": {
    noticedBy: "hard",
    noticedAt:
      "servers that hold nothing and take the state over in a ring are ready in two seconds",
    file: "kvserver/sync/state_receiver.ts",
    from: "return [ref, ...awaits.slice(0, this.#placeIn(awaits))]",
    to: "return [ref, ...awaits.slice(0, 0)]",
  },
  "nobody goes first in a ring": {
    noticedBy: "hard",
    noticedAt:
      "servers that hold nothing and take the state over in a ring are ready in two seconds",
    file: "kvserver/sync/state_receiver.ts",
    from: "ring.every((other) => incarnation < other.incarnation);",
    to: "false;",
  },
  "what overflows is not sent anew": {
    noticedBy: "burst",
    file: "kvserver/sync/backlog.ts",
    from: "this.#stateSender.overflow();",
    to: "",
    limits: smallOutbox,
  },
  "the request for the state is lost with a connection": {
    noticedBy: "random",
    noticedAt: 19,
    file: "kvserver/sync/peer.ts",
    from: "this.#toRequest = Math.max(this.#toRequest, requested);",
    to: "",
  },
  "an old part is taken for one of a new reading": {
    noticedBy: "hard",
    noticedAt: "a part that was read before an overflow does not count for the reading after it",
    file: "kvserver/sync/state_sender.ts",
    from: "if (this.#source !== reading) return;",
    to: 'if (this.#source.name !== "reading") return;',
  },
  "what overflows counts as sent when it was found by comparing": {
    noticedBy: "hard",
    noticedAt: "whenever too much waits for a peer while both compare, nothing is lost",
    file: "kvserver/sync/peer.ts",
    from: "this.comparison.dropped(this.#context.monotonicMs());",
    to: "",
  },
  "what overflows counts as complete": {
    noticedBy: "hard",
    file: "kvserver/sync/state_sender.ts",
    from: `this.#source = { name: "overflowed" };
    this.#sendOn();`,
    to: `this.#source = { name: "overflowed" };`,
  },
  "the end of the state is lost after an overflow": {
    noticedBy: "hard",
    noticedAt: "the state is complete once more when its end is lost after an overflow",
    file: "kvserver/sync/state_sender.ts",
    from: "if (!isCut) return;",
    to: 'if (!isCut || this.#source.name !== "idle") return;',
  },
  "entries that are acknowledged stay in the pool": {
    noticedBy: "random",
    file: "kvserver/sync/in_flight.ts",
    from: "waitedMs.push(nowMs - sinceMs);\n      entries.release();",
    to: "waitedMs.push(nowMs - sinceMs);",
  },
  "a server that stops does not wait": {
    noticedBy: "hard",
    noticedAt: "a peer that acknowledges what it drops does not hide that the others lack it",
    file: "kvserver/sync/drain.ts",
    from: "if (!this.#isOver && !this.#isDrained) return this.#confirm();",
    to: "",
  },
};
