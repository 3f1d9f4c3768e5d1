import type { Accounted, Limited, MsgpackWriter } from "../../rpc/mod.ts";

/** In place of an entry, as in the store: there is none. */
export const noEntry = 0;

/** In place of the time of an expiry, as in the store: there is none. */
export const noExpiry = 0;

/** Entries, by the numbers that a `Keyspace` names them by. */
export interface Entries {
  /** Whether an entry has not expired. */
  isShown(n: number): boolean;
  /** The memory that holds the key of an entry, at `keyStart` up to `keyEnd`. */
  keyMemory(n: number): Uint8Array;
  keyStart(n: number): number;
  keyEnd(n: number): number;
  /** When an entry expires, milliseconds since the epoch; `noExpiry` when it does not. */
  expiresAtOf(n: number): number;
  /** Whether the value of an entry is kept as one that is not UTF-8. */
  isBin(n: number): boolean;
  /** Length of the value of an entry. */
  valueLength(n: number): number;
  /** Appends the bytes of the value of an entry from `start` up to `end`, as they are. */
  appendValue(writer: MsgpackWriter, n: number, start: number, end: number): void;
}

/** Writes to a `Keyspace`, by keys. */
export interface KeyspaceWrites {
  /**
   * Puts the value `bytes[valueStart..valueEnd)` of the key `bytes[keyStart..keyEnd)`.
   *
   * @param isBin whether the value is not UTF-8
   * @param expiresAt milliseconds since the epoch, later than now; or `noExpiry`
   * @throws {RpcError} `overloaded` or `unavailable`; then nothing has changed.
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    isBin: boolean,
    expiresAt: number,
  ): void;
  /** Gives a key another expiry, or none. @returns whether the key was shown. @throws as `put` does. */
  expire(bytes: Uint8Array, keyStart: number, keyEnd: number, expiresAt: number): boolean;
  /** Deletes a key. @returns whether it was shown. @throws as `put` does. */
  delete(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean;
}

/**
 * The keys and values that commands work on, as bytes. Entries are named by numbers, which are valid until
 * the next write. Keys that are passed are UTF-8 and no longer than a key may be.
 */
export interface Keyspace {
  /** The entries that its numbers name. */
  readonly entries: Entries;
  /** What changes them. */
  readonly writes: KeyspaceWrites;
  /** Number of keys. */
  readonly size: number;
  /** Number of keys that expire, those that have and are kept included. */
  readonly expiring: number;
  /** Writes that were accepted in this turn. */
  readonly accepted: number;
  /** How often `read` was called; whoever executes a command again takes its first calls back. */
  reads: number;
  /** The entry of the key `bytes[start..end)`, or `noEntry`. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** As `find`, for a command that reads the key: it is counted. */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** Counts a command that goes through keys. */
  countList(): void;
  /** Number of keys that begin with `prefix`. */
  countOf(prefix: Uint8Array): number;
  /** Number of keys that come before `key`. */
  countBelow(key: Uint8Array): number;
  /** The cursors of SCAN; absent: the numbers of entries. */
  readonly cursors?: Cursors;
  /** The entry whose number `cursor` was; `noEntry` when there is none now. */
  entryAt(cursor: number): number;
  /** The entry that has so many keys before it, in the order of their bytes; below `size`. It may have expired just now. */
  entryOfRank(rank: number): number;
  /**
   * Visits, in the order of their bytes, the keys that begin with `prefix` and come after the key `after`,
   * until `visit` returns `false`. Keys without a value are visited too, and not shown.
   *
   * @returns whether there were no more.
   */
  walk(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (n: number, isShown: boolean) => boolean,
  ): boolean;
}

/** The cursors of SCAN, each of which stands for the key that a page came to. */
export interface Cursors {
  /** The cursor of the page behind an entry; not 0. */
  behind(n: number): bigint;
  /** The key that a cursor stands for; `undefined`: it is none that is known, and the scan begins. */
  keyOf(cursor: bigint): Uint8Array | undefined;
}

/** What commands say of the server. */
export interface ServerFigures {
  readonly version: string;
  readonly uptimeMs: number;
  /** Open connections to this query port. */
  readonly connections: number;
  readonly memoryBytes: number;
  /** `Infinity`: no bound. */
  readonly memoryMaxBytes: number;
  /** What the disk does: `none`, `ok` or `refusing`. */
  readonly disk: string;
}

/** Whoever executes commands. */
export interface CommandHost extends Limited, Accounted {
  /** Wall clock, milliseconds since the epoch: the same for all commands of one turn. */
  now(): number;
  /** Milliseconds since some fixed moment. */
  monotonicMs(): number;
  /** As `monotonicMs`, as it was when this turn began, or later: it costs no look at the clock. */
  recentMs(): number;
  figures(): ServerFigures;
  /** Called with what the frames of another client would be answered for the same reason, when one is refused. */
  refused?(code: string): void;
  /** Called with an error that is a bug of this program. */
  bug(error: unknown): void;
}
