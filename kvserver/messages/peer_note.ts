/** Sync actor to the journal: another server is known. */
export interface PeerNote {
  type: "peerKnown";
  /** The server's system port, `host:port`. */
  address: string;
}
