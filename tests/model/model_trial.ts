import { assert, assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { checkModel, readModel } from "./check_model.ts";

const lacking = missing("spin", "gcc");

/** Small enough for every run of the tests. */
const bounds = { writesMax: 2, forgottenMax: 1, copiesMax: 0, restoredMax: 0 };

testUnless(
  lacking,
  "the model of collection has its properties in every order of events",
  async () => {
    const { violated, states } = await checkModel(readModel(), bounds);
    assertEquals(violated, undefined);
    assert(states > 100_000);
  },
);

testUnless(
  lacking,
  "the model has them when a backup of another cluster is restored",
  async () => {
    const { violated, states } = await checkModel(readModel(), {
      ...bounds,
      forgottenMax: 0,
      restoredMax: 1,
    });
    assertEquals(violated, undefined);
    assert(states > 10_000);
  },
);

testUnless(
  lacking,
  "the model has them when a data directory is put back old",
  async () => {
    // With a member that is forgotten too there are eight million states: deno task model --directories 2.
    const { violated, states } = await checkModel(readModel(), {
      ...bounds,
      forgottenMax: 0,
      copiesMax: 1,
    });
    assertEquals(violated, undefined);
    assert(states > 500_000);
  },
);

/**
 * Faults of the model. That tombstones are forgotten too early is none of them, because members that compare
 * find out all the same; it is one for tests/kvserver/version_members_test.ts.
 */
const faults: Record<string, { from: string; to: string }> = {
  "a message brings back what was seen": {
    from: "!has(seen[m], w) && (entry[m] == 0",
    to: "(entry[m] == 0",
  },
  "a member that returns gives what the other one has seen": {
    from: "    :: has(seen[p], entry[m]) -> entry[m] = 0\n    :: else -> entry[p] = entry[m]\n",
    to: "    :: entry[p] = entry[m]\n",
  },
  "a claim leaves before the entry": {
    from: "  seen[receiver] = seen[receiver] | claim;\n",
    to: "  seen[receiver] = seen[receiver] | own[0] | own[1] | own[2];\n",
  },
};

for (const [name, { from, to }] of Object.entries(faults)) {
  testUnless(lacking, `the model shows it when ${name}`, async () => {
    const source = readModel();
    assertEquals(source.split(from).length, 2, "the model has it once");
    const { violated } = await checkModel(source.replace(from, () => to), bounds);
    assert(violated !== undefined);
  });
}
