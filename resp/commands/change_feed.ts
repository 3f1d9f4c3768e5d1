import type { Session, Tracking } from "./session.ts";
import type { Subscription } from "./subscription.ts";

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
