import { hashOfToken, newToken, type TokenEntry } from "../../access/mod.ts";
import type { StateDirectory } from "../cli/state_directory.ts";

/**
 * The tokens of servers of one's own, by the addresses of their query ports: each in a file that only its
 * owner can read. So other games of the same account get in, and nobody else on the machine.
 */
export class WorldTokens {
  #directory: StateDirectory;
  /** Those of this process, which need no file. */
  #own = new Map<string, string>();

  constructor(directory: StateDirectory) {
    this.#directory = directory;
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
      this.#own.set(address, token);
      this.#directory.use(fileOf(address), (path) => {
        removeIfThere(path);
        Deno.writeTextFileSync(path, `${token}\n`, { mode: 0o600, createNew: true });
      });
    }
  }

  /** The token of the server at an address, if it is one of one's own. */
  of(address: string): string | undefined {
    const own = this.#own.get(address);
    const path = this.#directory.pathOf(fileOf(address));
    if (own !== undefined || path === undefined) return own;
    try {
      return Deno.readTextFileSync(path).trim();
    } catch {
      return undefined;
    }
  }

  /** Forgets the token of the server at these addresses, which has ended. */
  forget(addresses: readonly string[]): void {
    for (const address of addresses) {
      this.#own.delete(address);
      const path = this.#directory.pathOf(fileOf(address));
      if (path !== undefined) removeIfThere(path);
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
