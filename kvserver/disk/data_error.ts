/** A data directory cannot be used. What it holds was not changed. */
export class DataDirectoryError extends Error {
  override name = "DataDirectoryError";

  /**
   * @param directory its path
   * @param found what is in the way, and what is allowed
   */
  constructor(directory: string, readonly found: string, options?: ErrorOptions) {
    super(`Cannot use the data directory ${directory}: ${found}`, options);
  }
}

/** The error for what SQLite or a codec cannot read; an error that says more stays as it is. */
export function damaged(directory: string, cause: unknown): DataDirectoryError {
  if (cause instanceof DataDirectoryError) return cause;
  const why = (cause as Error).message;
  return new DataDirectoryError(
    directory,
    `it is damaged (${why}); put a copy in its place, or use another one`,
    { cause },
  );
}

/** Another process uses the data directory. */
export class DataDirectoryInUseError extends DataDirectoryError {
  override name = "DataDirectoryInUseError";

  /** @param owner who uses it, if that can be told */
  constructor(directory: string, readonly owner: DirectoryOwner | undefined) {
    const who = owner === undefined ? "another process" : `process ${owner.pid}`;
    super(directory, `${who} uses it, and one at a time is allowed`);
  }
}

/** The process that uses a data directory, as it says itself. */
export interface DirectoryOwner {
  pid: number;
  /** The query ports of its server; empty until they are bound. */
  queryAddresses: readonly string[];
}
