import { DatabaseSync } from "node:sqlite";
import { DataDirectoryError, DataDirectoryInUseError, type DirectoryOwner } from "./data_error.ts";

/**
 * Holds a data directory for one process.
 *
 * What counts is the lock that the operating system keeps on the empty file `lock`: it goes with the
 * process, however that ends, so that nothing is left to be cleaned up. SQLite takes it, since the
 * oldest Deno supported cannot try for a lock without waiting. `owner.json` only tells people and
 * other commands who holds it, and is believed only while the lock is held.
 */
export class DirectoryLock {
  #database: DatabaseSync;
  #ownerPath: string;

  /** Whether a directory has or had an owner. */
  static isIn(directory: string): boolean {
    try {
      Deno.lstatSync(`${directory}/lock`);
      return true;
    } catch {
      return false;
    }
  }

  /** Who holds it at the moment: `undefined` for nobody, or when that cannot be told. */
  static ownerOf(directory: string): DirectoryOwner | undefined {
    if (!DirectoryLock.isIn(directory)) return undefined;
    try {
      new DirectoryLock(directory).release();
    } catch (error) {
      if (error instanceof DataDirectoryInUseError) return error.owner;
    }
    return undefined;
  }

  /** @throws {DataDirectoryInUseError | DataDirectoryError} when the lock cannot be had. */
  constructor(directory: string) {
    this.#ownerPath = `${directory}/owner.json`;
    try {
      this.#database = new DatabaseSync(`${directory}/lock`);
    } catch (cause) {
      throw notWritable(directory, cause);
    }
    try {
      // No journal file: nothing is ever written.
      this.#database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      this.announce([]);
    } catch (cause) {
      this.#database.close();
      if (/locked/.test((cause as Error).message)) {
        throw new DataDirectoryInUseError(directory, readOwner(this.#ownerPath));
      }
      throw notWritable(directory, cause);
    }
  }

  /** Tells others at which query ports this process answers. */
  announce(queryAddresses: readonly string[]): void {
    const owner: DirectoryOwner = { pid: Deno.pid, queryAddresses };
    Deno.writeTextFileSync(this.#ownerPath, JSON.stringify(owner) + "\n");
  }

  /** Lets others have it. */
  release(): void {
    try {
      Deno.removeSync(this.#ownerPath);
    } catch {
      // It would not be believed anyway.
    }
    this.#database.close();
  }
}

function notWritable(directory: string, cause: unknown): DataDirectoryError {
  const why = (cause as Error).message;
  return new DataDirectoryError(directory, `it cannot be written (${why})`, { cause });
}

function readOwner(path: string): DirectoryOwner | undefined {
  try {
    const { pid, queryAddresses } = JSON.parse(Deno.readTextFileSync(path));
    const isOwner = Number.isInteger(pid) && Array.isArray(queryAddresses) &&
      queryAddresses.every((address) => typeof address === "string");
    return isOwner ? { pid, queryAddresses } : undefined;
  } catch {
    return undefined;
  }
}
