/**
 * The key-value store as the game needs it.
 *
 * @module
 */

/**
 * A store that answers from one replica until a call to it fails.
 *
 * A call that nobody answers rejects with `StoreFailure`, and may be made again. Any other error is
 * a refusal that no repetition would change: it ends the game. A `put` that rejects may or may not
 * have been applied, or may yet be.
 */
export interface GameStore {
  /** The value, or `undefined` when there is none. */
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  /** All entries whose keys begin with `prefix`. */
  list(prefix: string): Promise<Map<string, string>>;
  /**
   * Hears what changes below prefixes, so that they need not be listed again and again. Absent where that
   * cannot be.
   *
   * @param onChange called when there may be something to be taken
   */
  listen?(onChange: () => void): Listening;
  /**
   * Names the connection that a call made in the same turn goes through: it changes when another
   * server is picked, and when the connection to the same one was made anew (that server may have
   * started again, and forgotten what it had not told the others).
   */
  address(): string;
  /** Names the server behind that connection, as players know it. */
  server(): string;
}

/** What changes below prefixes. */
export interface Listening {
  /** Says which prefixes from now on. */
  listen(prefixes: readonly string[]): void;
  /** Whether it hears what changes below a prefix; otherwise that is to be listed. */
  hears(prefix: string): boolean;
  /** Takes what has changed below a prefix since it was taken last, all that is there the first time. */
  take(prefix: string): ReadonlyMap<string, string>;
  /** Ends it. */
  close(): Promise<void>;
}

/** A call to the store was not answered; what was to be written is repeated before the next one. */
export class StoreFailure extends Error {
  static {
    this.prototype.name = "StoreFailure";
  }

  /** @param why as a player is told, in the middle of a sentence */
  constructor(readonly why: string, options?: ErrorOptions) {
    super(`Cannot reach the store: ${why}`, options);
  }
}
