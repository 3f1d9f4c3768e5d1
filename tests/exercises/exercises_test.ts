import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import {
  checkHistory,
  checkLine,
  exercises,
  faultLines,
  parseScenario,
} from "../../simulate/mod.ts";
import { read } from "../support/repository.ts";
import { systemsOf } from "./systems.ts";

/** A history in which nothing goes wrong, whatever the fault. */
const harmless =
  "server a\nserver b joins a\nwait 1 s\nput x = y on a\nwait 1 s\nexpect x = y on a\n";

for (const exercise of exercises) {
  const { id, title, fault, hints } = exercise;

  Deno.test(`exercise ${id}, ${title}, is solved by its solution, and not by any history`, async () => {
    const solution = parseScenario(
      read(`tests/exercises/solutions/${String(id).padStart(2, "0")}.txt`),
    );
    const outcomesOf = await systemsOf(exercise);
    const { right, faulty } = await outcomesOf(solution);
    assertEquals(checkHistory(solution, right, faulty).isRight, true);
    const other = parseScenario(harmless);
    const outcomes = await outcomesOf(other);
    const verdict = checkHistory(other, outcomes.right, outcomes.faulty);
    assertEquals(verdict.isRight, false);
    assertMatch(verdict.says, /^The faulty system does all of that/);
  });

  Deno.test(`exercise ${id}, ${title}, is solved by its line, and by no other`, () => {
    const source = read(fault.file);
    const { first, last } = faultLines(fault, source);
    assertEquals(checkLine(exercise, `${fault.file}:${first}`, source).isRight, true);
    assertEquals(checkLine(exercise, `./${fault.file}:${last}`, source).isRight, true);
    for (const line of [first - 1, last + 1]) {
      assertEquals(checkLine(exercise, `${fault.file}:${line}`, source).isRight, false);
    }
    assertEquals(checkLine(exercise, `limits.ts:${first}`, source).isRight, false);
    assertEquals(checkLine(exercise, fault.file, source).isRight, false);
  });

  Deno.test(`the hints of exercise ${id} lead to its file, the last of them by name`, () => {
    assert(hints.length >= 3);
    assertStringIncludes(hints.at(-1)!, fault.file);
    for (const hint of hints.slice(0, -1)) assert(!hint.includes(fault.file));
  });
}

Deno.test("exercises are numbered from 1 on, and go from easy to hard", () => {
  assertEquals(exercises.map(({ id }) => id), exercises.map((_, i) => i + 1));
  const levels = exercises.map(({ level }) => ["easy", "medium", "hard"].indexOf(level));
  assertEquals(levels, levels.toSorted());
});

Deno.test("a history that expects nothing, or what no system does, solves nothing", async () => {
  const outcomesOf = await systemsOf(exercises[0]);
  for (
    const [text, says] of [
      ["", "The history is empty. Begin it with a server"],
      ["server a\nput x = y on a\n", "The history expects nothing"],
      ["server a\nput x = y on a\nexpect x = z on a\n", "The right system does not do that either"],
    ]
  ) {
    const scenario = parseScenario(text);
    const { right, faulty } = await outcomesOf(scenario);
    const verdict = checkHistory(scenario, right, faulty);
    assertEquals(verdict.isRight, false);
    assertStringIncludes(verdict.says, says);
  }
});
