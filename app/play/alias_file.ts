import type { StateDirectory } from "../cli/state_directory.ts";
import type { AliasStore } from "../game/mod.ts";

const fileName = "play_aliases";

/** A player's aliases in a file of the state directory: one a line, the word and what it stands for. */
export class AliasFile implements AliasStore {
  readonly #directory: StateDirectory;

  constructor(directory: StateDirectory) {
    this.#directory = directory;
  }

  load(): [word: string, words: string][] {
    const text = this.#directory.use(fileName, readIfThere) ?? "";
    return [...text.matchAll(/^(\S+) (.+)$/gm)].map(([, word, words]) => [word, words]);
  }

  save(aliases: ReadonlyMap<string, string>): void {
    const lines = Array.from(aliases, ([word, words]) => `${word} ${words}\n`);
    this.#directory.use(fileName, (path) => {
      Deno.writeTextFileSync(path, lines.join(""), { mode: 0o600 });
    });
  }
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
