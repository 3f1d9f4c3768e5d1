import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** What a client keeps copies of, and so is told that it has changed. */
export interface Tracking {
  /**
   * Told of all keys that begin with one of these, those that are added later behind the others;
   * `undefined`: of the keys that the client has read.
   */
  readonly prefixes: readonly Uint8Array[] | undefined;
  /** Whether it is not told of what it has changed itself. */
  readonly isNoLoop: boolean;
  /** Which of its reads count: all, those that it asks for, all but those that it excepts. */
  readonly reads: "all" | "optin" | "optout";
}

/** Tells the connections of Redis clients which keys change. */
export interface ChangeFeed {
  /**
   * Begins to tell a connection of the keys of its subscriptions.
   *
   * @throws {CommandError} when there is no room for them; then none has begun.
   */
  subscribe(session: Session, subscriptions: readonly Subscription[]): void;
  /** Tells nothing more of a subscription. */
  unsubscribe(subscription: Subscription): void;
  /**
   * Begins to tell a connection what its client's copies are outdated of, or goes on in another way.
   *
   * @throws {CommandError} when there is no room for that; then nothing has changed.
   */
  track(session: Session, tracking: Tracking): void;
  /** Tells nothing more of copies. */
  untrack(session: Session): void;
  /** Notes that a client that tracks what it reads has read the key `bytes[start..end)`. */
  noteRead(session: Session, bytes: Uint8Array, start: number, end: number): void;
}
