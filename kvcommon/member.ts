/** How a server sees another one, or itself. */
export type MemberState =
  /** The server that was asked. */
  | "self"
  /** Each reaches the other. */
  | "up"
  /** It is neither reached nor heard. */
  | "down"
  /** It is heard, and its address answers as another server: two claim the address. Either sees itself so too. */
  | "conflict"
  /** One of the two reaches the other, and not the other way. */
  | "one-way";

/** A server that is known to the one that was asked: a row of `Members`. */
export interface Member {
  /** Its system port, `host:port`. */
  readonly address: string;
  /** Its query ports, `host:port`, one for each of its query actors; `null` of others than the server that is asked. */
  readonly queryAddresses: readonly string[] | null;
  /** Names its life since its last start; `null` when it was not reached since the server that tells it started. */
  readonly incarnation: string | null;
  /** How it is reached, as the server sees it that tells it. */
  readonly state: MemberState;
  /** Since when it is in that state, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Age of the oldest write that it has not acknowledged; `null` when that is not known. */
  readonly lagMs: number | null;
  /** Upper bound of the bytes of the entries that wait for it or are on their way there. */
  readonly pendingBytes: number;
  /** When a comparison of both last found nothing that one of them lacks, milliseconds since the epoch; `null`: never yet. */
  readonly agreedMs: number | null;
  /** How many tombstones are kept because it has not seen them. */
  readonly tombstonesHeld: number;
  /** How far its clock is ahead; `null` when that was not measured. */
  readonly clockSkewMs: number | null;
  /** The version of its program; `null` when it has not told. */
  readonly version: string | null;
  /** How many messages of it were refused. */
  readonly refusedMessages: number;
}
