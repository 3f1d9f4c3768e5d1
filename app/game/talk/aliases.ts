/**
 * Words that a player has made up for others.
 *
 * @module
 */

import { aliasCharsMax, aliasesMax, aliasWordCharsMax } from "../world/bounds.ts";
import { isVisible } from "../../cli/visible.ts";
import { battleCommands, fieldCommands } from "./commands.ts";

/** Where aliases are kept for the next time. */
export interface AliasStore {
  load(): Iterable<readonly [word: string, words: string]>;
  save(aliases: ReadonlyMap<string, string>): void;
}

/** Why an alias cannot be set. */
export type AliasRefusal = "word" | "command" | "length" | "count";

/** The aliases of one player. A word stands for a line's beginning or for lines, and is looked up once. */
export class Aliases {
  readonly #store: AliasStore | undefined;
  readonly #words = new Map<string, string>();

  /** @param store by default they are forgotten at the end; what it holds is checked as what is typed. */
  constructor(store?: AliasStore) {
    this.#store = store;
    for (const [word, words] of store?.load() ?? []) {
      if (this.#refusalOf(word, words) === undefined) this.#words.set(word, words);
    }
  }

  /** All of them, in the order in which they were made. */
  get all(): ReadonlyMap<string, string> {
    return this.#words;
  }

  /**
   * `line` with its first word replaced, if that is an alias; several lines if that stands for several
   * commands, which ` ; ` parts.
   */
  expand(line: string): readonly string[] {
    const [, word, rest] = /^\s*(\S+)(.*)$/s.exec(line) ?? [];
    const words = word === undefined ? undefined : this.#words.get(word.toLowerCase());
    if (words === undefined) return [line];
    const lines = words.split(" ; ");
    return lines.with(-1, lines.at(-1)! + rest);
  }

  /** Lets `word`, in lower case, stand for `words`. @returns why not, if it cannot. */
  set(word: string, words: string): AliasRefusal | undefined {
    const refusal = this.#refusalOf(word, words);
    if (refusal !== undefined) return refusal;
    this.#words.set(word, words);
    this.#store?.save(this.#words);
  }

  /** @returns whether there was such an alias. */
  remove(word: string): boolean {
    const removed = this.#words.delete(word);
    if (removed) this.#store?.save(this.#words);
    return removed;
  }

  #refusalOf(word: string, words: string): AliasRefusal | undefined {
    const isWord = /^[^\s'":;]\S*$/.test(word) && word === word.toLowerCase() && isVisible(word);
    if (!isWord || word.length > aliasWordCharsMax) return "word";
    const commands: readonly string[] = [...fieldCommands, ...battleCommands];
    if (commands.includes(word)) return "command";
    if (words.length > aliasCharsMax) return "length";
    return this.#words.size >= aliasesMax && !this.#words.has(word) ? "count" : undefined;
  }
}
