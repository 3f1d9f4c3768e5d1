import type { AwayServer, ForgottenServer } from "./known_servers.ts";
import type { messageTypes } from "./message_types.ts";

/** Sync actor to the journal: what is to be remembered of other servers. */
export type PeerNote = PeerKnownNote | PeerForgottenNote | PeersAwayNote;

/** Another server is known. */
export interface PeerKnownNote {
  type: typeof messageTypes.peerKnown;
  /** The server's system port, `host:port`. */
  address: string;
}

/** Another server is known no more. */
export interface PeerForgottenNote extends ForgottenServer {
  type: typeof messageTypes.peerForgotten;
}

/** Which of the servers that are known are not there: all others are. */
export interface PeersAwayNote {
  type: typeof messageTypes.peersAway;
  away: readonly AwayServer[];
}
