/**
 * The folder for what outlives a run of the program, and is no configuration: histories, and what a
 * player chose.
 *
 * @module
 */

import type { Console } from "./console.ts";
import { failureText } from "./failure.ts";

/**
 * `$XDG_STATE_HOME/cmud`, else `~/.local/state/cmud`: made on need, for its owner's eyes only.
 *
 * What is kept there is a comfort. Where it cannot be, the program says so once and goes on without.
 *
 * @see {@link https://specifications.freedesktop.org/basedir-spec/latest/}
 */
export class StateDirectory {
  #console: Console;
  #hasTold = false;

  constructor(console: Console) {
    this.#console = console;
  }

  /**
   * Calls `use` with the path of the file `name` in the directory.
   *
   * @param use does its work at once: what it throws means that the directory cannot be used.
   * @returns what `use` returns, or `undefined` when there is no such directory.
   */
  use<T>(name: string, use: (path: string) => T): T | undefined {
    try {
      const path = this.#path();
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
      return use(`${path}/${name}`);
    } catch (error) {
      this.#tell(error as Error);
      return undefined;
    }
  }

  /** The path of the file `name`, there or not; `undefined` when there is no such directory. */
  pathOf(name: string): string | undefined {
    try {
      return `${this.#path()}/${name}`;
    } catch {
      return undefined;
    }
  }

  /** @throws {Error} when there can be none. */
  #path(): string {
    const stateHome = this.#console.env("XDG_STATE_HOME");
    // By its specification a path that is not absolute counts as none.
    if (stateHome && isAbsolute(stateHome)) return `${stateHome}/cmud`;
    const home = this.#console.env("HOME");
    if (home && isAbsolute(home)) return `${home}/.local/state/cmud`;
    throw new Error("neither $XDG_STATE_HOME nor $HOME is an absolute path");
  }

  #tell(error: Error): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#console.err(`Nothing is kept for the next time: ${failureText(error)}\n`);
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
}
