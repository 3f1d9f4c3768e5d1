import {
  type AllLimits,
  appLimits,
  checkLimits,
  defaultLimits,
  limitRelations,
  wireLimits,
  withLimits,
} from "../limits.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  fc,
} from "./deps.ts";
import { importMutated } from "./support/mutation.ts";

type Bounds = Record<keyof AllLimits, number>;

const all: Bounds = { ...wireLimits, ...appLimits, ...defaultLimits };
const fields = Object.keys(all) as (keyof AllLimits)[];

/** One bound with another value: a count stays whole. */
function scaled(field: keyof AllLimits, factor: number): Bounds {
  const value = all[field] * factor;
  return { ...all, [field]: Number.isInteger(all[field]) ? Math.max(1, Math.round(value)) : value };
}

/** The first relation that does not hold. */
const firstBroken = (bounds: Bounds) => limitRelations.find(({ holds }) => !holds(bounds));

/** Bounds of which only one is not as ever, and that break `relation` before any other. */
function breaking(relation: typeof limitRelations[number]): Bounds | undefined {
  for (let step = 1; step < 2_500; step++) {
    for (const field of relation.fields) {
      for (const factor of [1.01 ** step, 1.01 ** -step]) {
        const bounds = scaled(field, factor);
        if (firstBroken(bounds) === relation) return bounds;
      }
    }
  }
}

for (const relation of limitRelations) {
  const named = relation.fields.join(", ");
  Deno.test(`checkLimits() refuses bounds when not: ${relation.rule} (${named})`, () => {
    const bounds = breaking(relation);
    assert(bounds !== undefined, "nothing breaks it before another relation does");
    const { message } = assertThrows(() => checkLimits(bounds), RangeError);
    assertStringIncludes(message, relation.rule);
    for (const field of relation.fields) assertStringIncludes(message, `${field} ${bounds[field]}`);
  });
}

Deno.test("checkLimits() refuses bounds exactly when some relation does not hold", () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom(...fields), fc.integer({ min: -8, max: 8 })),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(changes, (changes) => {
      const bounds = { ...all };
      for (const [field, power] of changes) bounds[field] = scaled(field, 2 ** power)[field];
      const broken = firstBroken(bounds);
      if (broken === undefined) return checkLimits(bounds);
      const { message } = assertThrows(() => checkLimits(bounds), RangeError);
      assertStringIncludes(message, broken.rule);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("withLimits() replaces some bounds, and leaves the default ones as they are", () => {
  const before = { ...defaultLimits };
  assertEquals(withLimits({ deferredRepliesMax: 3 }), { ...defaultLimits, deferredRepliesMax: 3 });
  assertEquals({ ...defaultLimits }, before);
});

Deno.test("withLimits() refuses what is no bound", () => {
  for (const value of [0, -1, NaN, Infinity, 1.5]) {
    const { message } = assertThrows(() => withLimits({ linksMax: value }), RangeError);
    assertStringIncludes(message, `linksMax ${value}`);
  }
  assertEquals(withLimits({ foldStepMs: 0.25 }).foldStepMs, 0.25);
});

Deno.test("the source of the limits is not rewritten: others can be injected", async () => {
  const mutant = { file: "limits.ts", from: "linksMax: 1_024", to: "linksMax: 2" };
  await assertRejects(() => importMutated("actor/mod.ts", mutant), Error, "withLimits");
});
