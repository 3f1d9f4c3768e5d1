import type { ActorContext } from "../../actor/mod.ts";
import { Charge, isAllocationFailure, RpcError } from "../../rpc/mod.ts";
import { messageTypes } from "../messages/message_types.ts";
import { noEntry, type Store } from "../store/mod.ts";
import {
  Laggards,
  nobody,
  PrefixTree,
  Tracker,
  TrackingTable,
  type Watcher,
  WatchRoom,
} from "../watch/mod.ts";
import { OwnTurns } from "./own_turns.ts";
import { beginDeferred, endDeferred, tellConnection, writeEnd } from "./query_message.ts";

/** What a watch is charged for, beside its prefix. */
const watchBytes = 512;

/** What a change is charged for that a watch has not been told. */
const changeBytes = 48;

/** Tells a query actor to go on telling its watches what they have not been told. */
export interface WatchTurnMessage {
  type: typeof messageTypes.watchTurn;
}

/** A connection that has watches. */
class WatchingConnection {
  readonly watchers = new Set<Watcher>();
  /** Those that have something to be told, in the order in which they will be. */
  readonly due = new Set<Watcher>();
  /** Whether it has been sent notifications that the network has not taken. */
  isBusy = false;
  /** Whether replies to it are held, before which it must not be told of what has changed since they were made. */
  isHeld = false;

  /** Whether it has something to be told, and can be. */
  get isReady(): boolean {
    return this.due.size > 0 && !this.isBusy && !this.isHeld;
  }
}

/**
 * The watches of a query actor's clients, and what is sent for them.
 *
 * A connection is sent one message of notifications at a time, and the next one when the network has taken
 * it. So what waits for a client that reads slowly are numbers of entries, each once, and what waits for
 * the network is bounded. A turn of the actor is bounded too: what is due beyond it comes in further turns.
 * What changes for nobody costs the look-up of its key, and nothing while there are no watches.
 *
 * Telling changes takes a bounded share of the actor's time: after it comes a pause many times as long, in
 * which changes of a key become one. A change after a quiet time is told at once.
 */
export class Watches {
  readonly store: Store;
  /** Room for changes that its watches were not told. */
  readonly room: WatchRoom;
  #context: ActorContext;
  #prefixes = new PrefixTree<Watcher>();
  #tracked = new TrackingTable();
  /** Those without a prefix. */
  #trackers = new Set<Watcher>();
  /** By the counters of the connections' inboxes. */
  #connections = new Map<number, WatchingConnection>();
  /** Connections that have something to be told and can be: they take turns. */
  #due = new Set<number>();
  /** The entry whose change is noted, and whose it is: fields, so that noting it makes no function. */
  #changedEntry = noEntry;
  #changedBy = nobody;
  #turns: OwnTurns;
  /** The end of the pause, on the monotonic clock. */
  #pausedUntilMs = -Infinity;
  /**
   * What was sent since the last pause. After telling what is there, there is none: it takes turns as a
   * List does.
   */
  #round = { ms: 0, messages: 0, isWalked: false };
  #size = 0;
  #watchedBytes = 0;
  #laggards: Laggards;
  #charge: Charge;

  constructor(context: ActorContext, store: Store) {
    this.#context = context;
    this.store = store;
    this.room = new WatchRoom(context.limits);
    this.#turns = new OwnTurns(context, messageTypes.watchTurn);
    this.#laggards = new Laggards(context.limits);
    this.#charge = new Charge(context.memory, "watches");
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Begins to tell a watcher, for which room was expected. */
  add(watcher: Watcher): void {
    const { inbox, prefix } = watcher;
    let connection = this.#connections.get(inbox);
    if (connection === undefined) {
      this.#connections.set(inbox, connection = new WatchingConnection());
    }
    connection.watchers.add(watcher);
    if (prefix !== undefined) this.#prefixes.add(prefix, watcher);
    else this.#trackers.add(watcher);
    this.#size++;
    this.#watchedBytes += watchBytes + watcher.heldBytes;
    this.#addDue(watcher);
  }

  /** Tells a watcher nothing more. */
  remove(watcher: Watcher): void {
    const connection = this.#connections.get(watcher.inbox)!;
    connection.watchers.delete(watcher);
    connection.due.delete(watcher);
    this.#close(watcher);
  }

  /** Notes that the client of a tracker has read a key. */
  noteRead(tracker: Tracker, key: string): void {
    const { limits, memory } = this.#context;
    this.#tracked.add(key, tracker);
    if (this.#tracked.size <= limits.trackedKeysMax && memory.putRoomBytes > 0) return;
    const { greatest = tracker } = this.#tracked;
    this.#tracked.forget(greatest);
    greatest.missed();
    this.#addDue(greatest);
  }

  /** Tells a connection nothing until `release` is called, because replies to it are held. */
  hold(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection !== undefined) connection.isHeld = true;
  }

  /** Notes that the replies to a connection that were held are sent. */
  release(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection === undefined) return;
    connection.isHeld = false;
    if (connection.isReady) this.#due.add(inbox);
  }

  /** Ends the watches of a connection that is closed. */
  forget(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection === undefined) return;
    this.#connections.delete(inbox);
    this.#due.delete(inbox);
    for (const watcher of connection.watchers) this.#close(watcher);
    this.#chargeAll();
  }

  /** Notes that an entry has changed. @param by counter of the inbox of whose connection */
  changed(n: number, by = nobody): void {
    if (this.#size === 0) return;
    const memory = this.store.keyMemory(n);
    const start = this.store.keyStart(n);
    const end = this.store.keyEnd(n);
    this.#changedEntry = n;
    this.#changedBy = by;
    this.#prefixes.visit(memory, start, end, this.#note);
    if (this.#tracked.size > 0) {
      this.#tracked.take(decoder.decode(memory.subarray(start, end)), this.#note);
    }
  }

  #note = (watcher: Watcher): void => {
    watcher.changed(this.#changedEntry, this.#changedBy);
    if (!watcher.isQueued) this.#addDue(watcher);
  };

  /** Whether a watch has still to be told of an entry, which must not be removed until then. */
  awaits(n: number): boolean {
    if (this.#size === 0) return false;
    const start = this.store.keyStart(n);
    const end = this.store.keyEnd(n);
    let isAwaited = false;
    this.#prefixes.visit(this.store.keyMemory(n), start, end, (watcher) => {
      if (isAwaited || !watcher.awaits(n)) return;
      isAwaited = true;
      if (watcher.isLagging) this.#laggards.noteKept();
    });
    if (isAwaited || this.room.used === 0) return isAwaited;
    return this.#trackers.values().some((tracker) => tracker.awaits(n));
  }

  /**
   * Ends the connections of those for which too much that is deleted has stayed for too long. To be called when
   * `awaits` was asked of all that is deleted.
   */
  reviewLaggards(): void {
    if (this.#size === 0) return;
    const watchers = this.#connections.values().flatMap(({ watchers }) => watchers);
    const late = this.#laggards.review(watchers, this.#context.monotonicMs());
    for (const inbox of new Set(late.map(({ inbox }) => inbox))) {
      this.#context.log.warn(
        "A connection that watches was ended: its client reads so little that more than {count} deleted keys " +
          "stayed for it",
        { count: this.#context.limits.watchChangesMax },
      );
      writeEnd(this.#context.beginMessage());
      tellConnection(this.#context, inbox);
    }
  }

  /** Notes that the network has taken what a connection was sent. */
  notified(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection === undefined) return;
    connection.isBusy = false;
    if (connection.isReady) this.#due.add(inbox);
  }

  /** Goes on in a turn that was asked for. */
  turn(): void {
    this.#turns.begin();
  }

  /** Sends what is due, as much as a turn may take, unless there is a pause. */
  send(): void {
    if (this.#size === 0) return;
    this.#chargeAll();
    if (this.#due.size === 0 || this.#turns.isDue) return;
    const startMs = this.#context.monotonicMs();
    if (startMs < this.#pausedUntilMs) return this.#turns.request(this.#pausedUntilMs - startMs);
    const delayMs = this.#sendDue();
    const endMs = this.#context.monotonicMs();
    this.#round.ms += endMs - startMs;
    if (delayMs !== undefined) this.#turns.request(delayMs);
    if (delayMs !== 0 || this.#round.messages >= roundMessagesMax) this.#endRound(endMs);
    this.#chargeAll();
  }

  /** Begins a pause behind a round of messages, unless some of them told what is there. */
  #endRound(nowMs: number): void {
    const { ms, messages, isWalked } = this.#round;
    this.#round = { ms: 0, messages: 0, isWalked: false };
    if (isWalked || this.room.used >= hurriedChanges) return;
    const forTime = Math.min(pauseMsMax, pauseFactor * ms);
    const forMessages = Math.min(longPauseMsMax, pauseMsPerMessage * (messages - freeMessages));
    this.#pausedUntilMs = nowMs + Math.max(forTime, forMessages);
  }

  /** @returns after how long the rest is to be sent; `undefined`: there is none. */
  #sendDue(): number | undefined {
    const { replyBatchBytesMax } = this.#context.limits;
    for (let bytes = 0, looked = 0; this.#due.size > 0; looked++) {
      if (bytes >= replyBatchBytesMax || looked === messagesPerTurn) return 0;
      const [inbox] = this.#due;
      this.#due.delete(inbox);
      const connection = this.#connections.get(inbox)!;
      if (!connection.isReady) continue;
      const sent = this.#notify(inbox, connection);
      if (sent === noMemory) return retryMs;
      bytes += sent;
    }
  }

  /** @returns how many bytes were sent, or what took as long; or `noMemory`. */
  #notify(inbox: number, connection: WatchingConnection): number {
    const { limits } = this.#context;
    const writer = this.#context.beginMessage();
    const place = beginDeferred(writer);
    const told: Watcher[] = [];
    const isFull = () => writer.size - place >= limits.notificationBytes;
    try {
      for (let count = connection.due.size; count > 0 && !isFull(); count--) {
        const [watcher] = connection.due;
        told.push(watcher);
        this.#round.isWalked ||= watcher.isWalking;
        watcher.tell(writer, limits.notificationBytes - (writer.size - place), limits);
        connection.due.delete(watcher);
        // It goes behind the others, or they would never come.
        watcher.isQueued = watcher.isDue;
        if (watcher.isQueued) connection.due.add(watcher);
      }
    } catch (error) {
      this.#context.abandonMessage();
      if (!isAllocationFailure(error)) throw error;
      for (const watcher of told) {
        watcher.missed();
        watcher.isQueued = true;
        connection.due.add(watcher);
      }
      this.#due.add(inbox);
      return noMemory;
    }
    const bytes = writer.size - place;
    if (bytes === 0) {
      // A walk that has found nothing so far, which took as long as a part of a List.
      this.#context.abandonMessage();
      if (connection.due.size > 0) this.#due.add(inbox);
      return limits.listPartBytes;
    }
    endDeferred(writer, place, 0);
    connection.isBusy = true;
    this.#round.messages++;
    tellConnection(this.#context, inbox);
    return bytes;
  }

  #addDue(watcher: Watcher): void {
    if (!watcher.isDue) return;
    const connection = this.#connections.get(watcher.inbox)!;
    watcher.isQueued = true;
    connection.due.add(watcher);
    if (connection.isReady) this.#due.add(watcher.inbox);
  }

  #close(watcher: Watcher): void {
    watcher.close();
    this.#laggards.forget(watcher);
    this.#trackers.delete(watcher);
    if (watcher instanceof Tracker) this.#tracked.forget(watcher);
    else this.#prefixes.remove(watcher.prefix!, watcher);
    this.#size--;
    this.#watchedBytes -= watchBytes + watcher.heldBytes;
  }

  #chargeAll(): void {
    const { room } = this;
    this.#charge.set(this.#watchedBytes + this.#tracked.heldBytes + changeBytes * room.used);
  }

  /**
   * Asserts that there is room for so many watchers more of a connection, of so many bytes together.
   *
   * @throws {RpcError} `overloaded` when there is none.
   */
  expectRoom(inbox: number, count: number, bytes: number): void {
    const { connectionWatchesMax, watchesMax } = this.#context.limits;
    const held = this.#connections.get(inbox)?.watchers.size ?? 0;
    if (held + count > connectionWatchesMax) {
      throw noRoom(`the connection has ${held} watches, allowed are ${connectionWatchesMax}`);
    }
    if (this.#size + count > watchesMax) {
      throw noRoom(`the query actor has ${this.#size} watches, allowed are ${watchesMax}`);
    }
    if (this.#context.memory.putRoomBytes < count * watchBytes + bytes) {
      throw noRoom("the server's memory is full, allowed are watches when there is less in it");
    }
  }
}

const decoder = new TextDecoder();

/** Connections that are told something in one turn. */
const messagesPerTurn = 256;

/** A pause is so many times as long as what it follows, because the network has to do with that too. */
const pauseFactor = 80;

/** While so many changes have not been told there are no pauses, or it might never come to an end. */
const hurriedChanges = 16_384;

/** No pause is longer for the time that something took. */
const pauseMsMax = 20;

/**
 * Each message costs the network, and its connection, more than it takes to be written; so, for each of a
 * round beyond a few, a pause lasts so much longer. A say among a hundred players is one message to each.
 */
const pauseMsPerMessage = 2;
const freeMessages = 8;

/** No pause is longer for the number of messages. */
const longPauseMsMax = 200;

/** After so many messages there is a pause, though more are due. */
const roundMessagesMax = 2_048;

/** In place of how many bytes were sent: there was no memory for them. */
const noMemory = -1;

/** After so long it is tried again to tell what there was no memory for. */
const retryMs = 100;

function noRoom(why: string): RpcError {
  return new RpcError("overloaded", `Cannot Watch: ${why}`);
}
