import type { Clock } from "../rpc/mod.ts";
import { Guesses } from "./guesses.ts";
import { Rights, type TokenEntry } from "./rights.ts";
import { TokenHashes } from "./token.ts";

/** Why a token lets nobody in: it is not known, or was not looked at because of others from its address. */
export type TokenRefusal = "wrong" | "unheard";

/** The tokens that a server knows now, and who tries others. */
export class Access {
  /** Called for each token that lets nobody in. */
  onRefused: (why: TokenRefusal) => void = () => {};
  #guesses: Guesses;
  #hashes = new TokenHashes([]);
  #rights: readonly Rights[] = [];
  #known: ReadonlySet<string> = new Set();

  /** Knows the tokens of `entries`. */
  constructor(entries: readonly TokenEntry[], clock: Pick<Clock, "monotonicMs">) {
    this.#guesses = new Guesses(clock);
    this.replace(entries);
  }

  /** Knows these from now on, and no others. */
  replace(entries: readonly TokenEntry[]): void {
    this.#hashes = new TokenHashes(entries.map(({ hash }) => hash));
    this.#rights = entries.map((entry) => new Rights(entry));
    this.#known = new Set(entries.map(({ hash }) => hash));
  }

  /**
   * What a token allows that is shown from `host`; `undefined`: it lets nobody in. It is compared in any case, so
   * that the time tells nothing.
   *
   * @param name that the token must have, if any
   */
  admit(token: string, host: string, name?: string): Rights | undefined {
    const rights = this.#find(token);
    const isRight = rights !== undefined && (name === undefined || name === rights.name);
    if (isRight && this.#guesses.admits(host, rights.hash)) return rights;
    this.onRefused(this.waitMs(host) > 0 ? "unheard" : "wrong");
    if (!isRight) this.#guesses.wrong(host, token);
    return undefined;
  }

  /** How long no token is looked at that comes from `host`, milliseconds; 0: the next one is. */
  waitMs(host: string): number {
    return this.#guesses.waitMs(host);
  }

  /** Whether the token that once gave these rights is known still. */
  knows({ hash }: Rights): boolean {
    return this.#known.has(hash);
  }

  #find(token: string): Rights | undefined {
    const i = this.#hashes.indexOf(token);
    return i < 0 ? undefined : this.#rights[i];
  }
}
