import {
  type ChangeFeed,
  CommandError,
  type KeyEvent,
  ReplyWriter,
  type Session,
  type Subscription,
  type Tracking,
  writeInvalidation,
  writeInvalidationOfAll,
} from "../../resp/mod.ts";
import { MsgpackWriter, RpcError } from "../../rpc/mod.ts";
import type { Store } from "../store/mod.ts";
import { Tracker, type TrackerForm, Watch, type WatchForm } from "../watch/mod.ts";
import type { Watches } from "./watches.ts";

const decoder = new TextDecoder();

/** How a session is told of outdated copies: of what it has read, or by prefix. */
interface Tracked {
  readonly form: InvalidationForm;
  /** One for what it has read, or one for each prefix. */
  readonly watchers: (Tracker | Watch)[];
}

/** Tells Redis clients of changes as they ask for it: each subscription is a watch, and so is each prefix. */
export class RedisFeed implements ChangeFeed {
  #watches: Watches;
  #store: Store;
  #noteAccepted: () => void;
  #reply = new ReplyWriter(new MsgpackWriter(0));
  #subscriptions = new Map<Subscription, Watch>();
  #tracked = new Map<Session, Tracked>();

  /** @param noteAccepted has the watches note what was put by now */
  constructor(watches: Watches, noteAccepted: () => void) {
    this.#watches = watches;
    this.#store = watches.store;
    this.#noteAccepted = noteAccepted;
  }

  subscribe(session: Session, subscriptions: readonly Subscription[]): void {
    const bytes = subscriptions.reduce((sum, { name }) => sum + 3 * name.length, 0);
    this.#begin(session, subscriptions.length, bytes);
    for (const subscription of subscriptions) {
      const watch = this.#watch(
        session,
        subscription.prefix,
        new MessageForm(session, subscription, this.#store, this.#reply),
      );
      this.#subscriptions.set(subscription, watch);
    }
  }

  unsubscribe(subscription: Subscription): void {
    const watch = this.#subscriptions.get(subscription);
    if (watch === undefined) return;
    this.#subscriptions.delete(subscription);
    this.#watches.remove(watch);
  }

  track(session: Session, tracking: Tracking): void {
    const tracked = this.#tracked.get(session) ??
      { form: new InvalidationForm(session, this.#store, this.#reply), watchers: [] };
    const { form, watchers } = tracked;
    // Those that there are know what is still to be told.
    const added = tracking.prefixes?.slice(watchers.length);
    const count = added?.length ?? 1 - watchers.length;
    this.#begin(session, count, added?.reduce((sum, { length }) => sum + length, 0) ?? 0);
    form.isNoLoop = tracking.isNoLoop;
    if (added !== undefined) {
      for (const prefix of added) watchers.push(this.#watch(session, prefix, form));
    } else if (count > 0) watchers.push(this.#tracker(session, form));
    this.#tracked.set(session, tracked);
  }

  untrack(session: Session): void {
    const tracked = this.#tracked.get(session);
    if (tracked === undefined) return;
    this.#tracked.delete(session);
    for (const watcher of tracked.watchers) this.#watches.remove(watcher);
  }

  noteRead(session: Session, bytes: Uint8Array, start: number, end: number): void {
    const [tracker] = this.#tracked.get(session)?.watchers ?? [];
    if (!(tracker instanceof Tracker)) return;
    this.#noteAccepted();
    this.#watches.noteRead(tracker, decoder.decode(bytes.subarray(start, end)));
  }

  /** Ends what is told on a connection that is closed. */
  forget(session: Session): void {
    for (const subscriptions of [session.channels, session.patterns]) {
      for (const subscription of subscriptions.values()) this.unsubscribe(subscription);
    }
    this.untrack(session);
  }

  /** What was put by now is from before what begins. @throws {CommandError} when there is no room. */
  #begin({ id }: Session, count: number, bytes: number): void {
    try {
      this.#watches.expectRoom(id, count, bytes);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new CommandError(`ERR ${error.message}`);
    }
    this.#noteAccepted();
  }

  #tracker({ id }: Session, form: InvalidationForm): Tracker {
    const tracker = new Tracker(id, form, this.#watches.room);
    this.#watches.add(tracker);
    return tracker;
  }

  #watch({ id }: Session, prefix: Uint8Array, form: WatchForm): Watch {
    const watch = new Watch(id, form, prefix, false, this.#store, this.#watches.room);
    this.#watches.add(watch);
    return watch;
  }
}

/** Messages on the channels of keys and of events. */
class MessageForm implements WatchForm {
  readonly heldBytes: number;
  #session: Session;
  #subscription: Subscription;
  #store: Store;
  #reply: ReplyWriter;

  constructor(session: Session, subscription: Subscription, store: Store, reply: ReplyWriter) {
    // The prefix is a part of the name, which its session has as a text too.
    this.heldBytes = 3 * subscription.name.length - subscription.prefix.length;
    this.#session = session;
    this.#subscription = subscription;
    this.#store = store;
    this.#reply = reply;
  }

  isFor(n: number): boolean {
    const start = this.#store.keyStart(n);
    const end = this.#store.keyEnd(n);
    const memory = this.#store.keyMemory(n);
    return this.#subscription.isFor(memory, start, end) && this.#session.sees(memory, start, end);
  }

  write(writer: MsgpackWriter, n: number): void {
    const store = this.#store;
    const start = store.keyStart(n);
    const end = store.keyEnd(n);
    this.#reply.writer = writer;
    this.#reply.version = this.#session.version;
    this.#subscription.write(this.#reply, store.keyMemory(n), start, end, this.#eventOf(n));
  }

  #eventOf(n: number): KeyEvent {
    if (this.#store.isShown(n)) return "set";
    return this.#store.isDeleted(n) ? "del" : "expired";
  }
}

/** Messages that copies are outdated. */
class InvalidationForm implements WatchForm, TrackerForm {
  /** Whether it is not told of what its own client has changed. */
  isNoLoop = false;
  #session: Session;
  #store: Store;
  #reply: ReplyWriter;

  constructor(session: Session, store: Store, reply: ReplyWriter) {
    this.#session = session;
    this.#store = store;
    this.#reply = reply;
  }

  isFor(n: number, by: number): boolean {
    if (this.isNoLoop && by === this.#session.id) return false;
    const start = this.#store.keyStart(n);
    return this.#session.sees(this.#store.keyMemory(n), start, this.#store.keyEnd(n));
  }

  write(writer: MsgpackWriter, n: number): void {
    const start = this.#store.keyStart(n);
    const end = this.#store.keyEnd(n);
    writeInvalidation(this.#begin(writer), this.#store.keyMemory(n), start, end);
  }

  writeAll(writer: MsgpackWriter): void {
    writeInvalidationOfAll(this.#begin(writer));
  }

  #begin(writer: MsgpackWriter): ReplyWriter {
    this.#reply.writer = writer;
    this.#reply.version = this.#session.version;
    return this.#reply;
  }
}
