import { appLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import type { StateDirectory } from "../cli/state_directory.ts";
import type { History } from "./line_editor.ts";

/**
 * The history of typed lines, in a text file of the state directory: one entry per line, the newest
 * last.
 *
 * A line is appended as soon as it was entered, so that it survives a crash of the program. Several
 * programs may append to one file. The file is cut to the newest `historyLinesMax` lines when it is
 * opened, when it is closed, and after as many own lines. A file lock covers each append and each cut,
 * because a cut would lose the line that another program appends meanwhile.
 *
 * Not kept: an empty line, the same line twice in a row, one that begins with a space, one that is too
 * long.
 */
export class HistoryFile implements History {
  #directory: StateDirectory;
  #name: string;
  #last: string | undefined;
  /** Own lines that were appended since the last cut. */
  #added = 0;

  /** @param name the file's name in the directory */
  constructor(directory: StateDirectory, name: string) {
    this.#directory = directory;
    this.#name = name;
  }

  load(): readonly string[] {
    const lines = this.#use(cut) ?? [];
    this.#last = lines.at(-1);
    return lines;
  }

  add(line: string): void {
    if (line.trim() === "" || line.startsWith(" ") || line === this.#last) return;
    // A line break would split the entry in two.
    if (line.length > appLimits.historyLineCharsMax || line !== escapeControl(line)) return;
    this.#last = line;
    this.#use((path) => append(path, line));
    this.#added++;
    if (this.#added >= appLimits.historyLinesMax) this.close();
  }

  close(): void {
    if (this.#added > 0) this.#use(cut);
    this.#added = 0;
  }

  #use<T>(use: (path: string) => T): T | undefined {
    return this.#directory.use(this.#name, (path) => locked(`${path}.lock`, () => use(path)));
  }
}

const ownersOnly = { mode: 0o600 };

/** Calls `use` while no other program does so with the same lock. */
function locked<T>(lockPath: string, use: () => T): T {
  using lock = Deno.openSync(lockPath, { write: true, create: true, ...ownersOnly });
  lock.lockSync(true);
  return use();
}

/** Appends with one write, so that a line is in the file whole or not at all. */
function append(path: string, line: string): void {
  using file = Deno.openSync(path, { append: true, create: true, ...ownersOnly });
  file.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Cuts the file to its newest lines. @returns those of them that hold no control characters. */
function cut(path: string): string[] {
  Deno.openSync(path, { append: true, create: true, ...ownersOnly }).close();
  if (Deno.build.os !== "windows") Deno.chmodSync(path, ownersOnly.mode);
  const lines = Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  const newest = lines.slice(-appLimits.historyLinesMax);
  if (newest.length < lines.length) {
    // The rename puts a complete file in place, even if the program is killed.
    const replacement = `${path}.new`;
    Deno.writeTextFileSync(replacement, newest.map((line) => `${line}\n`).join(""), ownersOnly);
    Deno.renameSync(replacement, path);
  }
  return newest.filter((line) => line === escapeControl(line));
}
