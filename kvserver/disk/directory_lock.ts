import { DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../log/mod.ts";
import {
  DataDirectoryError,
  DataDirectoryInUseError,
  type DirectoryOwner,
  putBack,
} from "./data_error.ts";
import { HeldFile } from "./held_file.ts";
import { createPrivateFile, isEndless, writeAll } from "./private_files.ts";
import { syncDirectory } from "./sync_directory.ts";

/**
 * Holds a data directory for one process.
 *
 * What counts is the lock that the operating system keeps on the file `lock`: it goes with the process,
 * however that ends, so that nothing is left to be cleaned up. SQLite takes it, since the oldest Deno
 * supported cannot try for a lock without waiting. Nobody else can read the file, because whoever can
 * read a file can lock it. It is a database without a table, in which one number says whether there
 * was ever data in the directory. `owner.json` only tells people and other commands who holds the lock,
 * and is believed only while it is held.
 */
export class DirectoryLock {
  #directory: string;
  #database: DatabaseSync;
  #file: HeldFile;
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

  /** The present owner: `undefined` for none, or when the owner is not known. */
  static ownerOf(directory: string): DirectoryOwner | undefined {
    if (!DirectoryLock.isIn(directory)) return undefined;
    try {
      new DirectoryLock(directory).release();
    } catch (error) {
      if (error instanceof DataDirectoryInUseError) return error.owner;
    }
    return undefined;
  }

  /** Checks, without writing anything, that nobody holds the lock. @throws {DataDirectoryInUseError} */
  static expectFree(directory: string): void {
    // No server has locked a pipe.
    if (!DirectoryLock.isIn(directory) || isEndless(lockIn(directory))) return;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(lockIn(directory), { readOnly: true });
      database.exec("PRAGMA busy_timeout = 0; SELECT * FROM sqlite_schema");
    } catch (cause) {
      if (!/locked/.test((cause as Error).message)) return;
      throw new DataDirectoryInUseError(directory, readOwner(`${directory}/owner.json`));
    } finally {
      database?.close();
    }
  }

  /** @throws {DataDirectoryInUseError | DataDirectoryError} when the lock cannot be had. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#ownerPath = `${directory}/owner.json`;
    try {
      if (!DirectoryLock.isIn(directory)) createLock(directory);
      this.#database = new DatabaseSync(lockIn(directory));
    } catch (cause) {
      throw notWritable(directory, cause);
    }
    try {
      this.#database.exec(lockPragmas);
      this.#file = new HeldFile(lockIn(directory));
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
   * Checks that the directory at its path is still the one that is held; to be called before each change
   * there. Whoever removes it, or moves it away, takes the lock along: what is written then is found by
   * nobody, and another process may have the path.
   *
   * @throws {DataDirectoryError} when it is not.
   */
  expectHeld(): void {
    try {
      this.#file.expectInPlace();
    } catch (cause) {
      throw new DataDirectoryError(
        this.#directory,
        `its lock is gone: the directory was removed, moved or replaced; ${putBack}`,
        { cause },
      );
    }
  }

  /**
   * Whether there was ever data in the directory. If so, and there is none, it was removed; if not, the
   * directory is a new one.
   */
  get hadData(): boolean {
    const [{ user_version }] = this.#database.prepare("PRAGMA user_version").all();
    return user_version !== 0;
  }

  /** Notes, best effort, that there is data in the directory. */
  noteData(): void {
    if (this.hadData) return;
    try {
      // In this locking mode the lock outlives the transaction.
      this.#database.exec("PRAGMA user_version = 1; COMMIT; BEGIN EXCLUSIVE");
    } catch {
      // A full disk: the next one that opens the directory notes it.
    }
  }

  /** Publishes at which query ports this process answers. */
  announce(queryAddresses: readonly string[]): void {
    this.expectHeld();
    const owner: DirectoryOwner = { pid: Deno.pid, queryAddresses };
    const unfinished = `${this.#ownerPath}.new`;
    {
      using file = createPrivateFile(unfinished);
      writeAll(file, new TextEncoder().encode(JSON.stringify(owner) + "\n"));
    }
    // A symbolic link of that name is replaced, not followed.
    Deno.renameSync(unfinished, this.#ownerPath);
  }

  /** Releases the lock. */
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

/**
 * - `locking_mode = EXCLUSIVE`: the lock is held until the database is closed.
 * - `journal_mode = MEMORY`: no journal file, for the one number that is ever written.
 * - `page_size = 512`: that number is written in one piece, a sector.
 */
const lockPragmas = `
  PRAGMA busy_timeout = 0;
  PRAGMA page_size = 512;
  PRAGMA journal_mode = MEMORY;
  PRAGMA locking_mode = EXCLUSIVE;
  BEGIN EXCLUSIVE;
`;

/** Makes the file, whose name is on the medium before there is anything else. */
function createLock(directory: string): void {
  try {
    Deno.openSync(lockIn(directory), { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    // Somebody else has made it just now.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  syncDirectory(directory);
}

function lockIn(directory: string): string {
  return `${directory}/lock`;
}

function notWritable(directory: string, cause: unknown): DataDirectoryError {
  const why = reasonOf(cause);
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
