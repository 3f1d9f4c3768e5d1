import type { Limits } from "../../limits.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";
import { withoutComparisons } from "../simulate/simulated_cluster.ts";
import { type Scenario, type ScenarioName, scenarios } from "../simulate/scenario.ts";

/** Each fault is planted alone; the simulation must notice it within so many seeds. */
const seedsMax = 120;

interface PlantedFault extends Mutant {
  /** The scenario that must notice it. */
  noticedBy: ScenarioName;
  /** Limits of the servers; default: as in truth. */
  limits?: Limits;
}

const MiB = 1024 * 1024;

/** Less than in truth, because so much would take long to put: no value here is as long as some are. */
const smallOutbox: Limits = {
  ...withoutComparisons,
  syncMessageBytesMax: MiB,
  readAheadBytesMax: 2 * MiB,
  outboxBytesMax: 4 * MiB,
};

/** Limits that are no faults: with them all must be as well as with the default ones. */
const harmless: Record<string, Limits> = {
  "nothing is changed": withoutComparisons,
  "little may wait for a peer": smallOutbox,
};

const mutants: Record<string, PlantedFault> = {
  "a delta is dropped": {
    noticedBy: "random",
    file: "kvserver/query/query_actor.ts",
    from: "this.#outbox.add(n);",
    to: "if (this.#store.sequenceOf(n) !== 1) this.#outbox.add(n);",
  },
  "a Delete stays where it was asked for": {
    noticedBy: "random",
    file: "kvserver/query/queries.ts",
    from: "if (!this.#defersPuts) return writer.bool(shown);",
    to: "this.writes.accepted.pop();\n    if (!this.#defersPuts) return writer.bool(shown);",
  },
  "a tombstone never beats a value": {
    noticedBy: "random",
    file: "kvserver/store/store.ts",
    from: "if (!isLater(entry, this.#orderOf(n))) return noEntry;",
    to: `if (!isLater(entry, this.#orderOf(n))) return noEntry;
    if (entry.valueStart < 0 && n !== noEntry && this.isShown(n)) return noEntry;`,
  },
  "an expiry does not travel": {
    noticedBy: "random",
    file: "kvserver/entry/entry_batch.ts",
    from: "if (counter === noCounter && expiresAt === noExpiry) return;",
    to: "if (counter === noCounter) return;\n  expiresAt = noExpiry;",
  },
  "an Expire stays where it was asked for": {
    noticedBy: "random",
    file: "kvserver/query/writes.ts",
    from: "this.#counter++;\n    this.accepted.push(n);\n    return true;",
    to: "this.#counter++;\n    return true;",
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
    file: "kvserver/query/expiry_clock.ts",
    from: "this.#ticks.tickWithin(Math.min(Math.max(delayMs, 1), expiryTickMaxMs));",
    to: "",
  },
  "nobody looks at the clock once all has expired": {
    noticedBy: "hard",
    file: "kvserver/query/expiry_clock.ts",
    from: "const { nextExpiryMs = Infinity } = this.#store;",
    to:
      "const { nextExpiryMs = Infinity } = this.#store;\n    if (nextExpiryMs === Infinity) return;",
  },
  "a server that is no longer alone keeps its Puts to itself": {
    noticedBy: "random",
    file: "kvserver/query/sync_outbox.ts",
    from: "this.#isAlone = isAlone;\n    if (read",
    to: "if (read",
  },
  "a merge takes an equal timestamp for a later one": {
    noticedBy: "random",
    file: "kvserver/entry/order.ts",
    from: "if (received.sequence !== held.sequence) return received.sequence > held.sequence;",
    to: "if (received.sequence !== held.sequence) return true;",
  },
  "a tie is broken the other way on one actor": {
    noticedBy: "random",
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
    file: "kvserver/entry/order.ts",
    from: "clockMs > current.timestamp",
    to: "clockMs >= current.timestamp",
  },
  "what was deleted meanwhile is given back": {
    noticedBy: "return",
    file: "kvserver/reconcile/comparison.ts",
    from: "if (this.#survivor(this.#writeOf(n)) !== undefined) return this.#give(n);",
    to: "return this.#give(n);",
  },
  "a write that was replaced before it was claimed was not seen": {
    noticedBy: "return",
    file: "kvserver/query/replica_versions.ts",
    from: "const isNew = this.#seen.addDot({ uid, counter });",
    to: "const isNew = false;",
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
    file: "kvserver/sync/peer_comparison.ts",
    from: "if (!this.#leftOut && own !== undefined",
    to: "if (own !== undefined",
  },
  "siblings keep what a replica has dropped": {
    noticedBy: "return",
    file: "kvserver/sync/local_replicas.ts",
    from: "if (replica !== dropper) replica.drop(removals);",
    to: "if (replica === dropper) replica.drop([]);",
    limits: withoutComparisons,
  },
  "the disk is said to have seen what another actor has still to write": {
    noticedBy: "hard",
    file: "kvserver/query/replica_versions.ts",
    from: "if (persistsForeign) {",
    to: "{",
  },
  "nobody waits for what a server has not seen": {
    noticedBy: "hard",
    file: "kvserver/sync/stability.ts",
    from: "meet([this.#seen.vector, ...members.map(({ seen }) => seen)])",
    to: "meet([this.#seen.vector])",
  },
  "tombstones are kept though all have seen them": {
    noticedBy: "random",
    file: "kvserver/query/collector.ts",
    from: "else if (this.#mayGo(n)) gone.push(n);",
    to: "else if (this.#mayGo(n) && n % 2 === 0) gone.push(n);",
  },
  "a join forgets Puts taken meanwhile": {
    noticedBy: "burst",
    file: "kvserver/sync/sync_actor.ts",
    from: "for (const peer of this.#members.peers) peer.enqueueBatch(batch);",
    to: "for (const peer of this.#members.peers) if (!peer.isSentState) peer.enqueueBatch(batch);",
  },
  "servers that come to know each other compare nothing": {
    noticedBy: "random",
    file: "kvserver/sync/membership.ts",
    from: "peer.comparison.owe(this.#context.monotonicMs());",
    to: "",
  },
  "what was not merged is acknowledged": {
    noticedBy: "random",
    file: "kvserver/sync/sync_actor.ts",
    from: "this.#replicas.enqueueRemote(batch);",
    to: "if (message.entries.length % 7 !== 6) this.#replicas.enqueueRemote(batch);",
  },
  "coalescing keeps the older": {
    noticedBy: "random",
    file: "kvserver/sync/outbox.ts",
    from: "if (!this.#pool.isLater(n, queued)) return;",
    to: "return;",
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
    file: "kvserver/sync/sync_actor.ts",
    from: "this.#replicas.enqueueAccepted(batch, writer, ageMs);",
    to: "this.#replicas.enqueueAccepted(batch, this.#replicas.all[2] ?? writer, ageMs);",
  },
  "what a cut connection lost is not sent again": {
    noticedBy: "random",
    file: "kvserver/sync/peer.ts",
    from: "for (const n of entries.numbers) this.#enqueue(n);",
    to: "",
  },
  "an acknowledgement takes one message too many": {
    noticedBy: "random",
    file: "kvserver/sync/in_flight.ts",
    from: "message.told <= handled;",
    to: "message.told <= handled + 1;",
  },
  "a part of the state begins one key too late": {
    noticedBy: "burst",
    file: "kvserver/query/part_reading.ts",
    from: "if (isFull) return false;",
    to: "if (isFull) last = n;\n        if (isFull) return false;",
  },
  "the state is complete before it is sent": {
    noticedBy: "burst",
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
  "nobody compares what a lost or ended peer told some": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "if (other !== peer) other.comparison.owe(this.#context.monotonicMs());",
    to: "",
  },
  "entries are not forwarded to those who are sent the state": {
    noticedBy: "hard",
    file: "kvserver/sync/sync_actor.ts",
    from: "if (other.isSentState && other !== peer) other.enqueueBatch(batch);",
    to: "",
  },
  "introductions are lost with a connection": {
    noticedBy: "hard",
    file: "kvserver/sync/gossip.ts",
    from: "for (const ref of introductions) this.introduce(ref);",
    to: "",
  },
  "what overflows is not sent anew": {
    noticedBy: "burst",
    file: "kvserver/sync/peer.ts",
    from: "this.#stateSender.overflow();",
    to: "",
    limits: smallOutbox,
  },
  "the request for the state is lost with a connection": {
    noticedBy: "random",
    file: "kvserver/sync/peer.ts",
    from: "this.#toRequest = Math.max(this.#toRequest, requested);",
    to: "",
  },
  "an old part is taken for one of a new reading": {
    noticedBy: "hard",
    file: "kvserver/sync/state_sender.ts",
    from: "if (this.#source !== reading) return;",
    to: 'if (this.#source.name !== "reading") return;',
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
  "who is known by a later incarnation is forgotten": {
    noticedBy: "hard",
    file: "kvserver/sync/membership.ts",
    from: "if (!this.#peersAt(address).some(isNewer)) this.forget(address);",
    to: "this.forget(address);",
  },
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
  "what overflows counts as complete": {
    noticedBy: "hard",
    file: "kvserver/sync/state_sender.ts",
    from: `this.#source = { name: "overflowed" };
    this.#sendOn();`,
    to: `this.#source = { name: "overflowed" };`,
  },
  "the end of the state is lost after an overflow": {
    noticedBy: "hard",
    file: "kvserver/sync/state_sender.ts",
    from: "if (!isCut) return;",
    to: 'if (!isCut || this.#source.name !== "idle") return;',
  },
  "entries that are acknowledged stay in the pool": {
    noticedBy: "random",
    file: "kvserver/sync/in_flight.ts",
    from:
      "for (const { contents } of this.#messages.filter(isHandled)) contents.entries.release();",
    to: "",
  },
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
    file: "kvserver/reconcile/comparison.ts",
    from: "if (entry === undefined) return this.#isLeftOut(n) || this.#giveLacked(n);",
    to: "if (entry === undefined) return true;",
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
  "replicas of one server are not compared": {
    noticedBy: "compared",
    file: "kvserver/sync/comparer.ts",
    from: "this.#compareSiblings(nowMs);",
    to: "",
  },
  "a server that stops does not wait": {
    noticedBy: "hard",
    file: "kvserver/sync/drain.ts",
    from: "if (!this.#isOver && !this.#isDrained) return this.#confirm();",
    to: "",
  },
  "messages are as long after one that was cut off": {
    noticedBy: "slow",
    file: "kvserver/sync/send_window.ts",
    from: "Math.max(this.#limits.windowBytesMin, this.#bytes / 4)",
    to: "this.#bytes",
  },
  "messages are as long however late they are acknowledged": {
    noticedBy: "slow",
    file: "kvserver/sync/send_window.ts",
    from: "if (tookMs > this.#quickMs) {",
    to: "if (tookMs > 1e9) {",
  },
  "messages never grow": {
    noticedBy: "slow",
    file: "kvserver/sync/send_window.ts",
    from: "this.#bytes = Math.max(this.#bytes, bytes);",
    to: "",
  },
  "a link that is slow is taken for dead": {
    noticedBy: "slow",
    file: "kvserver/sync/in_flight.ts",
    from: "Math.min(nowMs - oldest.sentMs, silentMs)",
    to: "nowMs - oldest.sentMs",
  },
  "what was acknowledged counts as under way": {
    noticedBy: "slow",
    file: "kvserver/sync/in_flight.ts",
    from: "bytesUnderWay: bytes + this.bytes,",
    to: "bytesUnderWay: bytes + (this.#messages.at(-1)?.bytesUnderWay ?? 0),",
  },
  "what is under way is not bounded": {
    noticedBy: "slow",
    file: "kvserver/sync/peer.ts",
    from: "if (!this.window.hasRoom(this.#inFlight.bytes)) return undefined;",
    to: "",
  },
};

async function importScenarios(mutant: Mutant): Promise<Record<ScenarioName, Scenario>> {
  return (await importMutated("tests/simulate/scenario.ts", mutant)).scenarios;
}

/** So many seeds of each scenario must be well without a fault. */
const harmlessSeeds: Record<ScenarioName, number> = {
  random: 3,
  crash: 3,
  burst: 1,
  hard: 0,
  compared: 0,
  return: 3,
  slow: 0,
};

for (const [change, limits] of Object.entries(harmless)) {
  Deno.test(`the simulation is content when ${change}`, async () => {
    for (const [name, seeds] of Object.entries(harmlessSeeds) as [ScenarioName, number][]) {
      for (let seed = 1; seed <= seeds; seed++) {
        const difference = await scenarios[name](seed, limits);
        if (difference !== undefined) throw new Error(`Seed ${seed}, ${name}: ${difference}`);
      }
    }
  });
}

// Whatever is thrown fails the test: only what a scenario finds wrong with the cluster counts.
async function expectNotice(scenario: Scenario, limits?: Limits): Promise<void> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    if (await scenario(seed, limits) !== undefined) return;
  }
  throw new Error(`The fault is not noticed with ${seedsMax} seeds`);
}

for (const [fault, { noticedBy, limits, ...mutant }] of Object.entries(mutants)) {
  Deno.test(`the simulation notices when ${fault}`, async () => {
    await expectNotice((await importScenarios(mutant))[noticedBy], limits);
  });
}

Deno.test("the simulation notices when the pace is a little too fast", async () => {
  await expectNotice(scenarios.random, { ...withoutComparisons, syncPaceMs: 140 });
});
