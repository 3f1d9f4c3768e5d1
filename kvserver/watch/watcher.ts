import type { Limits } from "../../limits.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";

/** In place of the connection that has changed an entry: it was none of this replica's. */
export const nobody = 0;

/** What is told on a connection which entries of a replica change. */
export interface Watcher {
  /** Counter of the inbox of its connection. */
  readonly inbox: number;
  /** It is told of entries whose keys begin so; `undefined`: of those that others find for it. */
  readonly prefix: Uint8Array | undefined;
  /** Bytes that it takes beside what has changed. */
  readonly heldBytes: number;
  /** Whether it is among those of its connection that have something to be told: whoever tells it says so. */
  isQueued: boolean;
  /** Whether there is something that it has not been told. */
  readonly isDue: boolean;
  /** Whether it is to be told all that is there. */
  readonly isWalking: boolean;
  /** Whether it was told too little, so that what is deleted stays for it. */
  readonly isLagging: boolean;
  /** Notes that an entry has changed. @param by counter of the inbox of whose connection, or `nobody` */
  changed(n: number, by: number): void;
  /** Whether it has still to be told of an entry, which must not be removed until then. */
  awaits(n: number): boolean;
  /** Notes that it missed changes. */
  missed(): void;
  /**
   * Appends what tells about `bytesMax` bytes of changes, or one, and looks at a bounded number of entries
   * for it. What that tells is told then, so when it is not sent, call `missed`.
   */
  tell(writer: MsgpackWriter, bytesMax: number, limits: Limits): void;
  /** Gives its room back. */
  close(): void;
}
