import { assert } from "../deps.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";
import { freeAndAllocate, putAndRemove } from "../kvserver/store_removals.ts";

const arena = "kvserver/memory/word_arena.ts";
const free = "kvserver/memory/free_runs.ts";
const log = "kvserver/memory/value_log.ts";
const byKey = "kvserver/store/key_index.ts";
const ordered = "kvserver/store/ordered_index.ts";
const nodes = "kvserver/store/ordered_nodes.ts";
const records = "kvserver/store/records.ts";
const store = "kvserver/store/store.ts";

/** Faults in how a store removes, each of which must be noticed. None that would go round in circles. */
const mutants: Record<string, Mutant> = {
  "a chunk is never given back": {
    file: arena,
    from: "=== 0) this.#giveBack(chunk);",
    to: "< 0) this.#giveBack(chunk);",
  },
  "free runs never become one": {
    file: arena,
    from: "if (more === 0) break;",
    to: "if (more >= 0) break;",
  },
  "a run that became part of another stays in its list": {
    file: arena,
    from: "this.#free.remove(next);",
    to: "",
  },
  "a run is freed with one word less": {
    file: records,
    from: "return headWords + wordsOf(this.keyLength(n))",
    to: "return headWords - 1 + wordsOf(this.keyLength(n))",
  },
  "what is left of a run is lost": {
    file: free,
    from: "if (held > length) this.add(",
    to: "if (held < length) this.add(",
  },
  "a log without values keeps its memory": {
    file: log,
    from: "if (this.#size === 0) return this.#clear();",
    to: "",
  },
  "buckets are never merged": {
    file: byKey,
    from: "this.#buckets > this.#bucketsMax) this.#merge()",
    to: "this.#buckets > 1e9) this.#merge()",
  },
  "the mask stays when buckets go": {
    file: byKey,
    from: "if (last - 1 <= this.#mask >>> 1) this.#mask >>>= 1;",
    to: "",
  },
  "a removed entry separates nodes": {
    file: ordered,
    from: "if (wasLeast && !",
    to: "if (wasLeast && this.#height > 9 && !",
  },
  "inner nodes with few entries stay": {
    file: ordered,
    from: "const isFew = this.#nodes.count(node) < innerEntriesMin;",
    to: "const isFew = false;",
  },
  "the merged leaf is not freed": { file: ordered, from: "this.#nodes.freeLeaf(right);", to: "" },
  "the merged inner node is not freed": {
    file: ordered,
    from: "this.#nodes.freeInner(right);",
    to: "",
  },
  "the leaf before it leads to the merged one": {
    file: ordered,
    from: "this.#nodes.setNext(left, this.#nodes.next(right));\n",
    to: "",
  },
  "tallies stay when leaves share": {
    file: ordered,
    from: "else this.#nodes.setTally(parent, turn, counted - ofLeft);",
    to: "",
  },
  "the separator stays when leaves share": {
    file: ordered,
    from: "this.#nodes.setEntry(parent, turn - 1, this.#nodes.entry(right, 0));",
    to: "",
  },
  "the entry between two inner nodes is lost": {
    file: nodes,
    from: "to[start + entriesWord + held] = least;",
    to: "",
  },
  "a removed value is counted": {
    file: store,
    from: "if (this.#records.isCounted(n)) this.#count(n, -1);",
    to: "",
  },
  "a removed value stays in the log": {
    file: store,
    from: "this.#values.remove(n);\n    this.#index",
    to: "this.#index",
  },
  "a removed uid stays": {
    file: store,
    from: "    this.#uids.release(this.#records.uid(n));\n    this.#records.remove(n);",
    to: "    this.#records.remove(n);",
  },
  "a removed record stays": {
    file: store,
    from: "    this.#records.remove(n);\n    this.#entries--;",
    to: "    this.#entries--;",
  },
  "a removed entry is counted": { file: store, from: "    this.#entries--;", to: "" },
};

Deno.test("a store that removes holds what a map holds", () => {
  for (let seed = 1; seed <= 3; seed++) putAndRemove(seed);
  freeAndAllocate();
});

for (const [name, mutant] of Object.entries(mutants)) {
  Deno.test(`the tests of a store that removes notice it when ${name}`, async () => {
    const mutated = await importMutated("tests/kvserver/store_removals.ts", mutant);
    let isNoticed = false;
    for (let seed = 1; seed <= 3 && !isNoticed; seed++) {
      try {
        mutated.putAndRemove(seed);
        mutated.freeAndAllocate();
      } catch {
        isNoticed = true;
      }
    }
    assert(isNoticed);
  });
}
