/**
 * Who owns which name: a record in the store for each, with what is kept of its password.
 *
 * @module
 */

import { doorLimits } from "../../../limits.ts";
import type { Clock } from "../../../rpc/mod.ts";
import type { GameStore } from "../../game/mod.ts";
import { characterCalled, foldedName, isName } from "../../game/mod.ts";
import { parsePasswordHash, type PasswordHash, Passwords } from "./passwords.ts";

/** What of the store is needed for names. */
export type NameStore = Pick<GameStore, "get" | "put" | "list">;

/** The owner of a name. */
export interface Owner {
  /** As it is written. */
  readonly name: string;
  readonly password: PasswordHash;
}

/** Below this stand all owners, by their folded names. */
export const ownersPrefix = "owner/";

/** The names of a world, and their owners. */
export class Owners {
  readonly #store: NameStore;
  readonly #passwords: Passwords;
  readonly #clock: Pick<Clock, "monotonicMs"> | undefined;
  /** All characters, as they were read last. */
  #written: { readonly atMs: number; readonly entries: Promise<Map<string, string>> } | undefined;

  /** @param clock for who is asked so often that characters are not read each time. Default: they are */
  constructor(
    store: NameStore,
    passwords: Passwords = new Passwords(),
    clock?: Pick<Clock, "monotonicMs">,
  ) {
    this.#store = store;
    this.#passwords = passwords;
    this.#clock = clock;
  }

  /** The owner of a name in whatever case. @throws {StoreFailure} */
  async find(name: string): Promise<Owner | undefined> {
    return parseOwner(await this.#store.get(keyOf(name)));
  }

  /**
   * How the character is written that has this name in whatever case; `undefined`: there is none.
   *
   * @throws {StoreFailure}
   */
  async character(name: string): Promise<string | undefined> {
    return await characterCalled({
      get: (key) => this.#store.get(key),
      list: (prefix) => this.#characters(prefix),
    }, name);
  }

  /** All characters, which stand below `prefix`. */
  #characters(prefix: string): Promise<Map<string, string>> {
    const nowMs = this.#clock?.monotonicMs() ?? Infinity;
    const written = this.#written;
    if (written !== undefined && nowMs - written.atMs < doorLimits.namesKeptMs) {
      return written.entries;
    }
    const entries = this.#store.list(prefix);
    this.#written = { atMs: nowMs, entries };
    // What could not be read is read anew.
    entries.catch(() => this.#written = undefined);
    return entries;
  }

  /** Whether the password is the owner's. @throws {TooBusyError} */
  verify({ password }: Owner, typed: string): Promise<boolean> {
    return this.#passwords.verify(typed, password);
  }

  /**
   * Gives a name to who says the password from now on.
   *
   * @returns whether it is so: somebody else may have been faster.
   * @throws {StoreFailure}, {TooBusyError}
   */
  async claim(name: string, password: string): Promise<boolean> {
    const owner: Owner = { name, password: await this.#passwords.hash(password) };
    if (await this.find(name) !== undefined) return false;
    const value = JSON.stringify(owner);
    await this.#store.put(keyOf(name), value);
    return await this.#store.get(keyOf(name)) === value;
  }

  /** Gives the name of a character another password, whoever owns it. @throws {StoreFailure}, {TooBusyError} */
  async reset(name: string, password: string): Promise<void> {
    const owner: Owner = { name, password: await this.#passwords.hash(password) };
    await this.#store.put(keyOf(name), JSON.stringify(owner));
  }
}

function keyOf(name: string): string {
  return ownersPrefix + foldedName(name);
}

/** A record that is not well-formed owns nothing: whoever keeps the world repairs it with a new password. */
function parseOwner(value: string | undefined): Owner | undefined {
  if (value === undefined || value.length > 1_000) return undefined;
  try {
    const { name, password } = JSON.parse(value);
    const hash = parsePasswordHash(password);
    return typeof name === "string" && isName(name) && hash !== undefined
      ? { name, password: hash }
      : undefined;
  } catch {
    return undefined;
  }
}
