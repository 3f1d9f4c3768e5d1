/**
 * What the thread that owns the data directory is asked, and what it says.
 *
 * @module
 */

import type { DirectoryOwner } from "./data_error.ts";

/** The server to its disk thread. */
export type DiskRequest =
  | { type: "open"; directory: string }
  | { type: "read" }
  | { type: "write"; batches: readonly Uint8Array[] }
  | { type: "rememberPeer"; address: string }
  | { type: "announce"; queryAddresses: readonly string[] }
  | { type: "close"; batches: readonly Uint8Array[] };

/**
 * The disk thread to its server. To `open`, `read` and `close` it replies once each, in order; to
 * `close` also when it was `refused`, that is, when something could not be written.
 */
export type DiskReply =
  | { type: "opened"; peers: readonly string[]; bytes: number }
  | { type: "entries"; entries?: Uint8Array<ArrayBuffer> }
  | { type: "refused"; refusal: DiskRefusal }
  | { type: "written" }
  | { type: "failing"; reason: string }
  | { type: "closed" };

/** A `DataDirectoryError`, taken apart so that it can be posted. */
export interface DiskRefusal {
  found: string;
  isInUse: boolean;
  owner?: DirectoryOwner;
}
