import { hashOfToken, newToken, type TokenEntry } from "../../access/mod.ts";
import type { StateDirectory } from "../cli/state_directory.ts";

/**
 * The tokens that a player shows, by the addresses of query ports. Those of servers of one's own are each in
 * a file that only its owner can read. So other games of the same account get in, and nobody else on the
 * machine.
 */
export class WorldTokens {
  #directory: StateDirectory;
  /** Those that are known to be right: of servers of this process, or of such as have let the player in. */
  #right = new Map<string, string>();
  #given: string | undefined;

  /** @param given the token that the player has said to show */
  constructor(directory: StateDirectory, given?: string) {
    this.#directory = directory;
    this.#given = given;
  }

  /** Makes the token of a server that is about to start, and what lets it in. */
  make(): { token: string; entry: TokenEntry } {
    const token = newToken();
    return {
      token,
      entry: { name: "play", hash: hashOfToken(token), role: "admin", prefixes: [] },
    };
  }

  /** Keeps the token of the server at these addresses. */
  keep(addresses: readonly string[], token: string): void {
    for (const address of addresses) {
      this.#right.set(address, token);
      this.#directory.use(fileOf(address), (path) => {
        removeIfThere(path);
        Deno.writeTextFileSync(path, `${token}\n`, { mode: 0o600, createNew: true });
      });
    }
  }

  /** The token to show to the server at an address, if there is one. */
  of(address: string): string | undefined {
    return this.#right.get(address) ?? this.candidates(address)[0];
  }

  /** The tokens that may let the player in at an address: the one that was given first. */
  candidates(address: string): string[] {
    return [this.#given, this.#read(address)].filter((token) => token !== undefined);
  }

  /** From now on `token` is shown to the server at an address, because that has let it in. */
  isRight(address: string, token: string): void {
    this.#right.set(address, token);
  }

  /** Forgets the token of the server at these addresses, which has ended. */
  forget(addresses: readonly string[]): void {
    for (const address of addresses) {
      this.#right.delete(address);
      const path = this.#directory.pathOf(fileOf(address));
      if (path !== undefined) removeIfThere(path);
    }
  }

  #read(address: string): string | undefined {
    const path = this.#directory.pathOf(fileOf(address));
    if (path === undefined) return undefined;
    try {
      return Deno.readTextFileSync(path).trim();
    } catch {
      return undefined;
    }
  }
}

function fileOf(address: string): string {
  return `play-${address.replaceAll(/[^\w.]/g, "_")}.token`;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or cannot be removed: then nothing is written either.
  }
}
