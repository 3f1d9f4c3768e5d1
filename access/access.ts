import { Rights, type TokenEntry } from "./rights.ts";
import { TokenHashes } from "./token.ts";

/** The tokens that a server knows now. */
export class Access {
  #hashes = new TokenHashes([]);
  #rights: readonly Rights[] = [];
  #known: ReadonlySet<string> = new Set();

  /** Knows the tokens of `entries`. */
  constructor(entries: readonly TokenEntry[]) {
    this.replace(entries);
  }

  /** Knows these from now on, and no others. */
  replace(entries: readonly TokenEntry[]): void {
    this.#hashes = new TokenHashes(entries.map(({ hash }) => hash));
    this.#rights = entries.map((entry) => new Rights(entry));
    this.#known = new Set(entries.map(({ hash }) => hash));
  }

  /** What a token allows; `undefined`: it is none that is known. */
  find(token: string): Rights | undefined {
    const i = this.#hashes.indexOf(token);
    return i < 0 ? undefined : this.#rights[i];
  }

  /** Whether the token that once gave these rights is known still. */
  knows({ hash }: Rights): boolean {
    return this.#known.has(hash);
  }
}
