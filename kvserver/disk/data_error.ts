import { reasonOf } from "../../log/mod.ts";

/** A data directory cannot be used. Nothing in it was changed. */
export class DataDirectoryError extends Error {
  static {
    this.prototype.name = "DataDirectoryError";
  }

  /** What is in the way, and what is allowed. */
  readonly found: string;

  /** Takes the path of the directory, what is in the way, and the cause. */
  constructor(directory: string, found: string, options?: ErrorOptions) {
    super(`Cannot use the data directory ${directory}: ${found}`, options);
    this.found = found;
  }
}

/** A data directory is damaged, or a part of it is missing. */
export class DamagedDirectoryError extends DataDirectoryError {
  static {
    this.prototype.name = "DamagedDirectoryError";
  }
}

/** What is in the way, as an error says it: without the directory, where that is known. */
export function foundBy(error: unknown): string {
  return error instanceof DataDirectoryError ? error.found : reasonOf(error);
}

/** The error for what SQLite or a codec cannot read; an error that says more stays as it is. */
export function damaged(directory: string, cause: unknown): DataDirectoryError {
  if (cause instanceof DataDirectoryError) return cause;
  const why = reasonOf(cause);
  return new DamagedDirectoryError(
    directory,
    `it is damaged (${why}); put a copy in its place, use another one, or have ` +
      `"cmud data repair" write what is sound into another one`,
    { cause },
  );
}

/** What is found where a path leads to nothing. */
export const noSuchDirectory = "there is no such directory";

/** What to do when files went from under their server: what it holds in memory may be all there is. */
export const putBack =
  'put it back; else save what the server holds with "cmud kv export > FILE" before it is stopped';

/** The error for a file that went from under its server, which has all that was in it in memory. */
export function isGone(directory: string, name: string, cause: unknown): DataDirectoryError {
  return new DataDirectoryError(
    directory,
    `its ${name} is gone: it was removed, moved or replaced; ${putBack}`,
    { cause },
  );
}

/** Another process uses the data directory. */
export class DataDirectoryInUseError extends DataDirectoryError {
  static {
    this.prototype.name = "DataDirectoryInUseError";
  }

  /** The process that uses the directory, if it is known. */
  readonly owner: DirectoryOwner | undefined;

  /** Takes the path of the directory, and who uses it. */
  constructor(directory: string, owner: DirectoryOwner | undefined) {
    const who = owner === undefined ? "another process" : `process ${owner.pid}`;
    super(directory, `${who} uses it, and one at a time is allowed`);
    this.owner = owner;
  }
}

/** The process that uses a data directory, as it says itself. */
export interface DirectoryOwner {
  /** Its process id. */
  pid: number;
  /** The query ports of its server; empty until they are bound. */
  queryAddresses: readonly string[];
}
