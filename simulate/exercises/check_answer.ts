import type { Scenario } from "../scenario/scenario.ts";
import type { ScenarioOutcome } from "../scenario/run_scenario.ts";
import type { Exercise, Verdict } from "./exercise.ts";
import { aroundEdit, type SourceEdit } from "./source_edit.ts";

/** What of an outcome counts. */
type Failures = Pick<ScenarioOutcome, "failures">;

/**
 * Says whether a history shows what is wrong: the right system does all that it expects, and the faulty one does
 * not.
 */
export function checkHistory(scenario: Scenario, right: Failures, faulty: Failures): Verdict {
  if (scenario.steps.length === 0) {
    const says =
      "The history is empty. Begin it with a server, as server a, and end it with what " +
      "should be so, as expect city = Paris on all";
    return { isRight: false, says };
  }
  if (!scenario.steps.some(({ statement }) => statement.type === "expect")) {
    const says = "The history expects nothing. End it with what should be so: " +
      "expect city = Paris on all";
    return { isRight: false, says };
  }
  if (right.failures.length > 0) {
    const says = `The right system does not do that either: ${right.failures[0]}`;
    return { isRight: false, says };
  }
  if (faulty.failures.length === 0) {
    return { isRight: false, says: "The faulty system does all of that as well as the right one" };
  }
  return { isRight: true, says: `That shows it: ${faulty.failures[0]}` };
}

/**
 * Says whether a line is the one that is wrong.
 *
 * @param place `FILE:LINE`, of the right system
 * @param source the text of the file of the exercise's fault, as it is in the right system
 */
export function checkLine({ fault }: Exercise, place: string, source: string): Verdict {
  const [, file, line] = /^(.+):(\d+)$/.exec(place.trim()) ?? [];
  if (file === undefined) {
    return {
      isRight: false,
      says: "A line is named as FILE:LINE, as kvserver/query/queries.ts:17",
    };
  }
  if (!isSameFile(file, fault.file)) return { isRight: false, says: "It is in another file" };
  const { first, last } = faultLines(fault, source);
  if (Number(line) >= first && Number(line) <= last) {
    return { isRight: true, says: "That is the line" };
  }
  return { isRight: false, says: "That is the file, and it is another line" };
}

/** The lines, from 1, that are changed. @throws {Error} when the fault does not fit the source. */
export function faultLines(fault: SourceEdit, source: string): { first: number; last: number } {
  const [before] = aroundEdit(fault, source);
  const { from } = fault;
  const lineAt = (text: string) => text.split("\n").length;
  const blanks = from.length - from.trimStart().length;
  const first = lineAt(before + from.slice(0, blanks));
  return { first, last: lineAt(before + from.trimEnd()) };
}

/** Whether a path names a file, be it by its last parts. */
function isSameFile(path: string, file: string): boolean {
  const name = path.replace(/^\.?\//, "");
  return file === name || file.endsWith(`/${name}`) || name.endsWith(`/${file}`);
}
