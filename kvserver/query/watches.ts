import type { ActorContext } from "../../actor/mod.ts";
import { Charge, isAllocationFailure, RpcError } from "../../rpc/mod.ts";
import { messageTypes } from "../messages/message_types.ts";
import { noEntry, type Store } from "../store/mod.ts";
import { PrefixTree, Watch, WatchRoom } from "../watch/mod.ts";
import { OwnTurns } from "./own_turns.ts";
import { beginDeferred, endDeferred, tellConnection } from "./query_message.ts";

/** What a watch is charged for, beside its prefix. */
const watchBytes = 512;

/** What a change is charged for that a watch has not been told. */
const changeBytes = 48;

/** The greatest id. */
const idMax = 0xffffffff;

/** Tells a query actor to go on telling its watches what they have not been told. */
export interface WatchTurnMessage {
  type: typeof messageTypes.watchTurn;
}

/** A connection that has watches. */
class WatchingConnection {
  /** By id. */
  readonly watches = new Map<number, Watch>();
  /** Those that have something to be told, in the order in which they will be. */
  readonly due = new Set<Watch>();
  /** Whether it has been sent notifications that the network has not taken. */
  isBusy = false;
  #lastId = 0;

  /** An id that none of its watches has. */
  newId(): number {
    do this.#lastId = this.#lastId === idMax ? 1 : this.#lastId + 1; while (
      this.watches.has(this.#lastId)
    );
    return this.#lastId;
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
  #context: ActorContext;
  #store: Store;
  #room: WatchRoom;
  #prefixes = new PrefixTree<Watch>();
  /** By the counters of the connections' inboxes. */
  #connections = new Map<number, WatchingConnection>();
  /** Connections that have something to be told and can be: they take turns. */
  #due = new Set<number>();
  /** The entry whose change is noted: a field, so that noting it makes no function. */
  #changedEntry = noEntry;
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
  #charge: Charge;

  constructor(context: ActorContext, store: Store) {
    this.#context = context;
    this.#store = store;
    this.#room = new WatchRoom(context.limits);
    this.#turns = new OwnTurns(context, messageTypes.watchTurn);
    this.#charge = new Charge(context.memory);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Begins a watch.
   *
   * @param inbox counter of the connection's inbox
   * @param prefix bytes of its own
   * @returns its id.
   * @throws {RpcError} `overloaded` when there is no room for it.
   */
  begin(inbox: number, prefix: Uint8Array, isInitial: boolean): number {
    this.#expectRoom(inbox, prefix);
    let connection = this.#connections.get(inbox);
    if (connection === undefined) {
      this.#connections.set(inbox, connection = new WatchingConnection());
    }
    const id = connection.newId();
    const watch = new Watch(inbox, id, prefix, isInitial, this.#store, this.#room);
    connection.watches.set(id, watch);
    this.#prefixes.add(prefix, watch);
    this.#size++;
    this.#watchedBytes += watchBytes + prefix.length;
    if (isInitial) this.#addDue(watch);
    return id;
  }

  /** Ends a watch, if the connection has one of that id. */
  end(inbox: number, id: number): void {
    const connection = this.#connections.get(inbox);
    const watch = connection?.watches.get(id);
    if (connection === undefined || watch === undefined) return;
    connection.watches.delete(id);
    connection.due.delete(watch);
    this.#close(watch);
  }

  /** Ends the watches of a connection that is closed. */
  forget(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection === undefined) return;
    this.#connections.delete(inbox);
    this.#due.delete(inbox);
    for (const watch of connection.watches.values()) this.#close(watch);
    this.#chargeAll();
  }

  /** Notes that an entry has changed. */
  changed(n: number): void {
    if (this.#size === 0) return;
    const start = this.#store.keyStart(n);
    const end = start + this.#store.keyLength(n);
    this.#changedEntry = n;
    this.#prefixes.visit(this.#store.keyMemory(n), start, end, this.#note);
  }

  #note = (watch: Watch): void => {
    watch.changed(this.#changedEntry);
    if (!watch.isQueued) this.#addDue(watch);
  };

  /** Notes that the network has taken what a connection was sent. */
  notified(inbox: number): void {
    const connection = this.#connections.get(inbox);
    if (connection === undefined) return;
    connection.isBusy = false;
    if (connection.due.size > 0) this.#due.add(inbox);
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
    if (isWalked || this.#room.used >= hurriedChanges) return;
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
      const sent = this.#notify(inbox, this.#connections.get(inbox)!);
      if (sent === noMemory) return retryMs;
      bytes += sent;
    }
  }

  /** @returns how many bytes were sent, or what took as long; or `noMemory`. */
  #notify(inbox: number, connection: WatchingConnection): number {
    const { limits } = this.#context;
    const writer = this.#context.beginMessage();
    const place = beginDeferred(writer);
    const told: Watch[] = [];
    const isFull = () => writer.size - place >= limits.notificationBytes;
    try {
      for (let count = connection.due.size; count > 0 && !isFull(); count--) {
        const [watch] = connection.due;
        told.push(watch);
        this.#round.isWalked ||= watch.isWalking;
        watch.tell(writer, limits.notificationBytes - (writer.size - place), limits);
        connection.due.delete(watch);
        // It goes behind the others, or they would never come.
        watch.isQueued = watch.isDue;
        if (watch.isQueued) connection.due.add(watch);
      }
    } catch (error) {
      this.#context.abandonMessage();
      if (!isAllocationFailure(error)) throw error;
      for (const watch of told) {
        watch.missed();
        watch.isQueued = true;
        connection.due.add(watch);
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

  #addDue(watch: Watch): void {
    if (!watch.isDue) return;
    const connection = this.#connections.get(watch.inbox)!;
    watch.isQueued = true;
    connection.due.add(watch);
    if (!connection.isBusy) this.#due.add(watch.inbox);
  }

  #close(watch: Watch): void {
    watch.close();
    this.#prefixes.remove(watch.prefix, watch);
    this.#size--;
    this.#watchedBytes -= watchBytes + watch.prefix.length;
  }

  #chargeAll(): void {
    this.#charge.set(this.#watchedBytes + changeBytes * this.#room.used);
  }

  #expectRoom(inbox: number, { length }: Uint8Array): void {
    const { connectionWatchesMax, watchesMax } = this.#context.limits;
    const count = this.#connections.get(inbox)?.watches.size ?? 0;
    if (count >= connectionWatchesMax) {
      throw noRoom(`the connection has ${count} watches, allowed are ${connectionWatchesMax}`);
    }
    if (this.#size >= watchesMax) {
      throw noRoom(`the query actor has ${this.#size} watches, allowed are ${watchesMax}`);
    }
    if (this.#context.memory.putRoomBytes < watchBytes + length) {
      throw noRoom("the server's memory is full, allowed are watches when there is less in it");
    }
  }
}

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
