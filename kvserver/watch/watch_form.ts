import type { MsgpackWriter } from "../../rpc/mod.ts";

/** How one client is told of changes: what stands on the wire. */
export interface WatchForm {
  /** Bytes that it takes beside the prefix. Default 0. */
  readonly heldBytes?: number;
  /**
   * Whether the client is told of an entry whose key begins with the prefix. Default: of all of them.
   *
   * @param by counter of the inbox of whose connection has changed it, or `nobody`
   */
  isFor?(n: number, by: number): boolean;
  /** Appends what stands before changes. */
  begin?(writer: MsgpackWriter): void;
  /** Appends an entry as it is now. */
  write(writer: MsgpackWriter, n: number): void;
  /** Appends what stands behind so many changes; takes back what `begin` has appended when they are none. */
  end?(writer: MsgpackWriter, count: number): void;
  /** Appends that all is told that was there at the beginning. */
  endInitial?(writer: MsgpackWriter): void;
}
