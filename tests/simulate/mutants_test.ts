import { importMutated, type Mutant } from "../support/mutation.ts";

/** Each fault is planted alone; the simulation must notice it within so many seeds. */
const seedsMax = 120;

const mutants: Record<string, Mutant> = {
  "a delta is dropped": {
    file: "kvserver/query_actor.ts",
    from: "if (!this.#isAlone) this.#written.add(entry);",
    to: "if (!this.#isAlone && entry.sequence !== 1) this.#written.add(entry);",
  },
  "a server that is no longer alone keeps its Puts to itself": {
    file: "kvserver/query_actor.ts",
    from: "this.#isAlone = isAlone;",
    to: "",
  },
  "a merge takes an equal timestamp for a later one": {
    file: "kvserver/order.ts",
    from: "if (received.sequence !== held.sequence) return received.sequence > held.sequence;",
    to: "if (received.sequence !== held.sequence) return true;",
  },
  "a tie is broken the other way on one actor": {
    file: "kvserver/query_actor.ts",
    from: "this.#store = options.store;",
    to: `this.#store = options.store;
    if (context.self.counter === 3) {
      const merge = this.#store.merge.bind(this.#store);
      this.#store.merge = (entry) => {
        const held = [...this.#store.entriesAfter()].find(({ key }) => key === entry.key);
        const isTie = held?.timestamp === entry.timestamp && held.sequence === entry.sequence;
        return isTie && entry.uid > held.uid ? false : merge(entry);
      };
    }`,
  },
  "a Put in the millisecond of the last one is no later": {
    file: "kvserver/order.ts",
    from: "nowMs > current.timestamp",
    to: "nowMs >= current.timestamp",
  },
  "a join forgets Puts taken meanwhile": {
    file: "kvserver/sync_actor.ts",
    from: "for (const peer of this.#peers.values()) peer.owe(entry);",
    to: "for (const peer of this.#peers.values()) if (!peer.takesState) peer.owe(entry);",
  },
  "a third server's Put is in flight during a join": {
    file: "kvserver/sync_actor.ts",
    from: "this.#oweState(peer, { except: [peer, ...others].map(({ ref }) => ref.incarnation) });",
    to: "",
  },
  "what is on its way to the replica that is read is not owed": {
    file: "kvserver/sync_actor.ts",
    from: "for (const entry of this.#siblings[0].pending.values()) {",
    to: "for (const entry of [...this.#siblings[0].pending.values()].slice(1e9)) {",
  },
  "what was not merged is acknowledged": {
    file: "kvserver/sync_actor.ts",
    from: "const entries = decodeEntries(message.entries);",
    to: "const entries = decodeEntries(message.entries).slice(message.batch % 7 === 6 ? 1 : 0);",
  },
  "coalescing keeps the older": {
    file: "kvserver/pending_entries.ts",
    from: "if (!isLater(entry, held)) return;",
    to: "if (held !== undefined) return;",
  },
  "a later entry is forgotten with an earlier one": {
    file: "kvserver/pending_entries.ts",
    from: "if (held !== undefined && !isLater(held, entry)) this.#delete(held);",
    to: "if (held !== undefined) this.#delete(held);",
  },
  "an entry is not passed on to all siblings": {
    file: "kvserver/sync_actor.ts",
    from: "else sibling.pending.add(entry);",
    to: "else if (sibling !== this.#siblings[2]) sibling.pending.add(entry);",
  },
  "what a cut connection lost is not sent again": {
    file: "kvserver/peer.ts",
    from: "for (const entry of batch.entries) this.owe(entry);",
    to: "",
  },
  "an acknowledgement takes one batch too many": {
    file: "kvserver/peer.ts",
    from: "batch.number > number);",
    to: "batch.number > number + 1);",
  },
  "a part of the state begins one key too late": {
    file: "kvserver/query_actor.ts",
    from: "entries: encodeEntries(part.take(Infinity)), after: last };",
    to: "entries: encodeEntries(part.take(Infinity)), after: entry.key };",
  },
  "the state is complete before it is sent": {
    file: "kvserver/peer.ts",
    from: "this.takesState = false;\n    this.#untilStateDone = this.pending.size;",
    to: "this.takesState = false;\n    this.#untilStateDone = 0;",
  },
  "the pace is a little too fast": {
    file: "limits.ts",
    from: "syncPaceMs = 105",
    to: "syncPaceMs = 95",
  },
  "an idle peer is sent acknowledgements for ever": {
    file: "kvserver/peer.ts",
    from: "this.wantsState = this.#isNew = this.#ackDue = false;",
    to: "this.wantsState = this.#isNew = false;",
  },
};

/** Faults that show only when more is on its way than a message holds. */
const inBurst = new Set([
  "a join forgets Puts taken meanwhile",
  "what is on its way to the replica that is read is not owed",
  "a part of the state begins one key too late",
  "the state is complete before it is sent",
]);

for (const [fault, mutant] of Object.entries(mutants)) {
  Deno.test(`the simulation notices when ${fault}`, async () => {
    const { runScenario, runBurstScenario } = await importMutated(
      "tests/simulate/scenario.ts",
      mutant,
    );
    const notices = (run: (seed: number) => Promise<string | undefined>, seed: number) =>
      run(seed).then((difference) => difference !== undefined, () => true);
    for (let seed = 1; seed <= seedsMax; seed++) {
      if (await notices(inBurst.has(fault) ? runBurstScenario : runScenario, seed)) return;
    }
    throw new Error(`The fault is not noticed with ${seedsMax} seeds`);
  });
}
