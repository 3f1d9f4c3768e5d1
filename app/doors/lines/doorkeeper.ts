import type { PlayerConnection } from "./player_connection.ts";

/** Somebody at a door, whoever it is. */
export interface Visit {
  /** Whether it is known who. */
  readonly isIn: boolean;
  /** Takes what was typed. No more is to be read while what it returns is pending. */
  receive(bytes: Uint8Array): Promise<void> | void;
  /** The connection is lost. */
  lost(): void;
}

/** A session that is to go on, as its client knows it. */
export interface Resumption {
  /** As the client was told it. */
  readonly secret: string;
  /** How much of what was written the client has got, of all as it is counted; 0: it shows nothing of that. */
  readonly heard?: number;
}

/** Whoever serves the players that come through a door. */
export interface Doorkeeper {
  /** Lets somebody in. @param before a session that is to go on */
  visit(connection: PlayerConnection, before?: Resumption): Promise<Visit>;
}
