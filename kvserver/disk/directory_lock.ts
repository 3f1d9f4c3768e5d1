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
  #directory: string;
  #database: DatabaseSync;
  #file: Deno.FileInfo;
  #ownerPath: string;

  /** Whether a directory has or had an owner. */
  static isIn(directory: string): boolean {
    try {
      Deno.lstatSync(lockIn(directory));
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
    this.#directory = directory;
    this.#ownerPath = `${directory}/owner.json`;
    try {
      this.#database = new DatabaseSync(lockIn(directory));
    } catch (cause) {
      throw notWritable(directory, cause);
    }
    try {
      // No journal file: nothing is ever written.
      this.#database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      this.#file = Deno.statSync(lockIn(directory));
      this.announce([]);
    } catch (cause) {
      this.#database.close();
      if (/locked/.test((cause as Error).message)) {
        throw new DataDirectoryInUseError(directory, readOwner(this.#ownerPath));
      }
      throw notWritable(directory, cause);
    }
  }

  /**
   * Sees that the directory at its path is still the one that is held; to be called before each change
   * there. Whoever removes it, or moves it away, takes the lock along: what is written then is found by
   * nobody, and another process may have the path. (While the lock is open, no other file gets its
   * number.)
   *
   * @throws {DataDirectoryError} when it is not.
   */
  expectHeld(): void {
    let cause: unknown;
    try {
      const { dev, ino } = Deno.statSync(lockIn(this.#directory));
      if (dev === this.#file.dev && ino === this.#file.ino) return;
    } catch (error) {
      cause = error;
    }
    throw new DataDirectoryError(
      this.#directory,
      "its lock is gone: the directory was removed, moved or replaced; put it back, or start the " +
        "server again",
      { cause },
    );
  }

  /** Tells others at which query ports this process answers. */
  announce(queryAddresses: readonly string[]): void {
    this.expectHeld();
    const owner: DirectoryOwner = { pid: Deno.pid, queryAddresses };
    Deno.writeTextFileSync(this.#ownerPath, JSON.stringify(owner) + "\n");
  }

  /** Lets others have it. */
  release(): void {
    try {
      this.expectHeld();
      Deno.removeSync(this.#ownerPath);
    } catch {
      // It would not be believed anyway, or is another's.
    }
    this.#database.close();
  }
}

function lockIn(directory: string): string {
  return `${directory}/lock`;
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
