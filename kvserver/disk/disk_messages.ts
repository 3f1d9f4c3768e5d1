/**
 * Messages that a server and its disk thread post to each other.
 *
 * @module
 */

import type { Limits } from "../../limits.ts";
import type { LogRecord } from "../../log/mod.ts";
import type { AwayServer, ForgottenServer } from "../messages/known_servers.ts";
import type { DirectoryOwner } from "./data_error.ts";
import type { LogBatch } from "./log_batch.ts";

/** Server to disk thread. */
export type DiskRequest =
  /** @param cluster that the server belongs to */
  | { type: "open"; directory: string; cluster: string; limits: Limits }
  | { type: "read" }
  /** To make a damaged directory one that holds what is sound in it, to be read from its beginning. */
  | { type: "mend" }
  /** All that was there is taken in: from now on the directory is the server's, which writes it. */
  | { type: "beginWriting" }
  | { type: "write"; batches: readonly Uint8Array[] }
  | { type: "rememberPeer"; address: string }
  | { type: "forgetPeer"; server: ForgottenServer }
  | { type: "noteAway"; servers: readonly AwayServer[] }
  | { type: "announce"; queryAddresses: readonly string[] }
  | { type: "close"; batches: readonly Uint8Array[] };

/** The answers to those requests that have one. */
export interface DiskAnswers {
  open: DiskContents;
  /** The next part: entries, or what is seen with all of them; `undefined` after the last one. */
  read: DiskPart | undefined;
  mend: MendedDamage;
  beginWriting: undefined;
  close: undefined;
}

/** A part of what a data directory holds. */
export interface DiskPart extends LogBatch {
  /** About how many entries there are in all parts; absent: that is not known. */
  readonly expected?: number;
}

/** What was wrong with a directory that was mended. */
export interface MendedDamage {
  /** Number of all faults. */
  faults: number;
  /** The first ones, in words, a line each. */
  lines: readonly string[];
}

/** What a data directory holds, entries aside. */
export interface DiskContents {
  /** Addresses of the system ports of other servers, the last seen first. */
  peers: readonly string[];
  /** Other servers that are to be known no more. */
  forgotten: readonly ForgottenServer[];
  /** For how long some of the others were away. */
  away: readonly AwayServer[];
  /** Approximate size of the file and the log. */
  bytes: number;
}

/** Disk thread to server, without a request. */
export type DiskEvent =
  /** The batches of the last `write` are on the medium. @param tookMs what writing and syncing them took */
  | { type: "written"; tookMs: number }
  /** How much of the directory is log, and how much of it is file. */
  | { type: "sizes"; logBytes: number; fileBytes: number }
  /** The batches of the last `write` are refused; writing is tried again and again. */
  | { type: "failing"; reason: string }
  /** A line for the server's log. */
  | { type: "log"; record: LogRecord };

/** A `DataDirectoryError`, taken apart so that it can be posted. */
export interface DiskRefusal {
  found: string;
  isInUse: boolean;
  isDamaged: boolean;
  owner?: DirectoryOwner;
}
