/**
 * What a player reads of aliases: words of their own that stand for others.
 *
 * @module
 */

import { aliasCharsMax, aliasesMax, aliasWordCharsMax } from "../world/bounds.ts";
import type { AliasRefusal } from "./aliases.ts";
import { glossary, type Manner, quote } from "./words.ts";

/** All aliases. */
export function listAliases(aliases: ReadonlyMap<string, string>, manner: Manner): string[] {
  if (aliases.size === 0) return ["You have no aliases. To make one: alias m mine 20"];
  return glossary([...aliases], manner);
}

/** A new alias, or a new meaning of one. */
export function aliasSet(word: string, words: string): string {
  return `${quote(word)} stands for ${quote(words)} from now on.`;
}

/** An alias that was to be dropped, if it was there. */
export function aliasDropped(word: string, wasThere: boolean): string {
  return wasThere
    ? `${quote(word)} stands for nothing else any more.`
    : `${quote(word)} is no alias.`;
}

/** Why an alias cannot be. */
export const aliasRefused: Readonly<Record<AliasRefusal, (word: string) => string>> = {
  word: (word) =>
    `${quote(word)} cannot be an alias: one word of ${aliasWordCharsMax} letters at most.`,
  command: (word) => `${word} is a command, and stays one.`,
  length: () => `An alias stands for ${aliasCharsMax} letters at most.`,
  count: () => `You have ${aliasesMax} aliases, and that is the most.`,
};
