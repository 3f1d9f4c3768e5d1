import { assertEquals } from "../deps.ts";
import { type Imports, storeyFaults } from "./storeys.ts";

interface Case {
  imports: Record<string, string[]>;
  leaves?: string[];
  faults: string[];
}

const cases: Record<string, Case> = {
  "storeys one above the other": {
    imports: {
      "main.ts": ["app/mod.ts"],
      "app/mod.ts": ["app/commands/kv.ts", "limits.ts"],
      "app/commands/kv.ts": ["app/kv/get.ts", "app/cli/console.ts"],
      "app/kv/get.ts": ["app/cli/console.ts", "rpc/mod.ts"],
      "rpc/mod.ts": ["rpc/msgpack/mod.ts", "limits.ts"],
    },
    faults: [],
  },
  "a folder that imports a file of the folder around it": {
    imports: { "app/kv/get.ts": ["app/console.ts"], "app/run.ts": ["app/kv/get.ts"] },
    faults: ["app/kv/get.ts -> app/console.ts points up, out of app/kv"],
  },
  "the same, two folders deep": {
    imports: { "app/game/play/field.ts": ["app/suggest.ts"] },
    faults: ["app/game/play/field.ts -> app/suggest.ts points up, out of app/game"],
  },
  "a folder that imports a leaf of the folder around it, and another file": {
    imports: { "tests/support/stores.ts": ["tests/deps.ts", "tests/stores.ts"] },
    leaves: ["tests/deps.ts"],
    faults: ["tests/support/stores.ts -> tests/stores.ts points up, out of tests/support"],
  },
  "two folders that import each other": {
    imports: { "a/x/one.ts": ["a/y/two.ts"], "a/y/three.ts": ["a/x/four.ts"] },
    faults: [
      "a/x and a/y import each other: a/x/one.ts -> a/y/two.ts",
      "a/y and a/x import each other: a/y/three.ts -> a/x/four.ts",
    ],
  },
  "three folders that import each other in a ring, and one beside them": {
    imports: {
      "x/one.ts": ["y/one.ts", "beside/one.ts"],
      "y/one.ts": ["z/deep/one.ts"],
      "z/one.ts": ["x/one.ts"],
    },
    faults: [
      "x and y import each other: x/one.ts -> y/one.ts",
      "y and z import each other: y/one.ts -> z/deep/one.ts",
      "z and x import each other: z/one.ts -> x/one.ts",
    ],
  },
};

for (const [name, { imports, leaves, faults }] of Object.entries(cases)) {
  Deno.test(`storeyFaults() finds ${faults.length} in ${name}`, () => {
    assertEquals(storeyFaults(new Map(Object.entries(imports)) as Imports, leaves), faults);
  });
}
