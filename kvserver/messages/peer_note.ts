import type { messageTypes } from "./message_types.ts";

/** Sync actor to the journal: another server is known. */
export interface PeerNote {
  type: typeof messageTypes.peerKnown;
  /** The server's system port, `host:port`. */
  address: string;
}
