import { appLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import type { StateDirectory } from "../cli/state_directory.ts";
import type { History } from "./line_editor.ts";

/**
 * The lines typed so far, in a file of the state directory, as one reads and writes it oneself: one
 * line each, the newest last.
 *
 * A line is in the file as soon as it was entered, so that it survives whatever ends the program.
 * Several programs may use one file: each adds its lines behind those of the others, and a lock that
 * ends with its program keeps any from cutting off what another adds at that moment. Cut to the newest
 * `historyLinesMax` lines is at the beginning, at the end, and after so many lines of one's own.
 *
 * Not kept: an empty line, the same line twice in a row, one that begins with a space, one that is too
 * long.
 */
export class HistoryFile implements History {
  #directory: StateDirectory;
  #name: string;
  #last: string | undefined;
  /** Lines added since the file was cut. */
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
    // In a file of lines, a line with a line break would be two.
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

/** As one write behind the end: whole or not at all. */
function append(path: string, line: string): void {
  using file = Deno.openSync(path, { append: true, create: true, ...ownersOnly });
  file.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Leaves the newest lines in the file. @returns those of them that are fit for a terminal. */
function cut(path: string): string[] {
  Deno.openSync(path, { append: true, create: true, ...ownersOnly }).close();
  if (Deno.build.os !== "windows") Deno.chmodSync(path, ownersOnly.mode);
  const lines = Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  const newest = lines.slice(-appLimits.historyLinesMax);
  if (newest.length < lines.length) {
    // What takes the file's place is whole, whenever the program ends.
    const replacement = `${path}.new`;
    Deno.writeTextFileSync(replacement, newest.map((line) => `${line}\n`).join(""), ownersOnly);
    Deno.renameSync(replacement, path);
  }
  return newest.filter((line) => line === escapeControl(line));
}
