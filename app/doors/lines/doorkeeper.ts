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

/** Whoever serves the players that come through a door. */
export interface Doorkeeper {
  /**
   * Lets somebody in.
   *
   * @param secret of a session that is to go on, as its client was told it
   */
  visit(connection: PlayerConnection, secret?: string): Promise<Visit>;
}
