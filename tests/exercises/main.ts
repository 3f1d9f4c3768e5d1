/**
 * Shows an exercise, or checks an answer to it.
 *
 *     deno task exercise                                    what there is
 *     deno task exercise 3                                  the task
 *     deno task exercise 3 --hint 2                         the first two hints
 *     deno task exercise 3 --scenario history.txt           whether that shows what is wrong
 *     deno task exercise 3 --line kvserver/store/store.ts:17
 *
 * @module
 */

import { parseArgs } from "node:util";
import { refuse } from "../../scripts/refuse.ts";
import {
  checkHistory,
  checkLine,
  exercises,
  parseScenario,
  type Verdict,
} from "../../simulate/mod.ts";
import { read } from "../support/repository.ts";
import { systemsOf } from "./systems.ts";

/** What was asked for. */
function given() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        hint: { type: "string" },
        scenario: { type: "string" },
        story: { type: "boolean", default: false },
        line: { type: "string" },
      },
    });
    if (positionals.length > 1) {
      throw new Error(`One exercise at a time, not ${positionals.join(" ")}`);
    }
    if (values.story && values.scenario === undefined) {
      throw new Error("--story is that of a --scenario");
    }
    return { number: positionals[0], ...values };
  } catch (error) {
    const allowed = "N [--hint N] [--scenario FILE [--story]] [--line FILE:LINE]";
    return refuse(`Cannot show that: ${(error as Error).message}; allowed is ${allowed}`);
  }
}

function list(): void {
  for (const { id, level, title } of exercises) {
    console.log(`${String(id).padStart(2)}  ${level.padEnd(7)} ${title}`);
  }
  console.log("\ndeno task exercise N shows one");
}

/** @returns whether the answer is right. */
function say(verdict: Verdict): boolean {
  console.log(`${verdict.isRight ? "Right" : "No"}. ${verdict.says}`);
  return verdict.isRight;
}

const { number, hint, scenario: file, story, line } = given();
if (number === undefined) {
  list();
  Deno.exit(0);
}
const exercise = exercises.find(({ id }) => String(id) === number);
if (exercise === undefined) {
  refuse(`Cannot show exercise ${number}: allowed is 1 to ${exercises.length}`);
}

const { title, level, task, hints } = exercise;
const shown = Number(hint ?? 0);
if (hint !== undefined && !hints.some((_, i) => i + 1 === shown)) {
  refuse(`Cannot give hint ${hint} of exercise ${number}: allowed is 1 to ${hints.length}`);
}
let isRight = true;
if (file !== undefined) {
  try {
    const scenario = parseScenario(Deno.readTextFileSync(file));
    const { right, faulty } = await (await systemsOf(exercise))(scenario);
    if (story) console.log(faulty.transcript);
    isRight = say(checkHistory(scenario, right, faulty));
  } catch (error) {
    refuse(`Cannot run ${file}: ${(error as Error).message}`);
  }
}
if (line !== undefined) {
  isRight = say(checkLine(exercise, line, read(exercise.fault.file))) && isRight;
}
if (file === undefined && line === undefined) {
  console.log(`${exercise.id}. ${title} (${level})\n\n${task}\n`);
  console.log("One line of the system is wrong. Find a history that shows it, then the line.\n");
  hints.slice(0, shown).forEach((text, i) => console.log(`Hint ${i + 1}: ${text}\n`));
  if (shown < hints.length) console.log(`--hint ${shown + 1} says more`);
  console.log("--scenario FILE [--story] checks a history, --line FILE:LINE a line");
}
Deno.exit(isRight ? 0 : 1);
