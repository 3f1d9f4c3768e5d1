/**
 * How numbers, names and tables are put into words.
 *
 * @module
 */

import { columnsOf, padColumns } from "../../cli/columns.ts";
import { grouped } from "../../cli/numbers.ts";
import { quotedCharsMax } from "../world/bounds.ts";
import { facilityFacts, hardwareFacts, type Kind } from "../world/world.ts";

/**
 * For whom lines are made: `plain` for a pipe and for terminals that can do nothing else, `drawn` for
 * a terminal with pictures and bars, `spoken` for someone who has them read aloud.
 */
export type Manner = "plain" | "drawn" | "spoken";

/** A number of pieces of hardware; what machines stand in has no number. */
export function pieces(kind: Kind, count: number): string {
  const machine = hardwareFacts[kind];
  if (machine === undefined) return facilityFacts[kind].title;
  return `${grouped(count)} ${count === 1 ? machine.one : machine.title}`;
}

/** `text` as a sentence begins. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What somebody typed, in quotes, and no more of it than is needed to know it again. */
export function quote(text: string): string {
  const short = text.length > quotedCharsMax ? `${text.slice(0, quotedCharsMax)}...` : text;
  return `"${short}"`;
}

/** `text` with no more marks on a letter than a script needs: piles of them cover the rows around. */
export function unpiled(text: string): string {
  return text.replace(/(\p{M}{3})\p{M}+/gu, "$1");
}

/** The player's own name among others. */
export function you(name: string): string {
  return `${name} (you)`;
}

/** Several things in a row: `a`, `a and b`, `a, b and c`. */
export function listed(things: readonly string[]): string {
  return joined(things, "and");
}

/** Several things of which one is meant: `a`, `a or b`, `a, b or c`. */
export function alternatives(things: readonly string[]): string {
  return joined(things, "or");
}

function joined(things: readonly string[], word: string): string {
  return things.length < 2
    ? things.join("")
    : `${things.slice(0, -1).join(", ")} ${word} ${things.at(-1)}`;
}

/** Rows in columns, the last column as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => columnsOf(row[column]))));
  return rows.map((row) =>
    "  " + row.map((cell, column) => padColumns(cell, widths[column])).join("  ").trimEnd()
  );
}

/** Commands or places and what they are: a table, or a sentence each. */
export function glossary(rows: readonly (readonly [string, string])[], manner: Manner): string[] {
  return manner === "spoken" ? rows.map(([term, meaning]) => `${term}: ${meaning}.`) : table(rows);
}
