import { writeVersion } from "../../kvcommon/mod.ts";
import type { Limits } from "../../limits.ts";
import { beginNotification, type MsgpackWriter } from "../../rpc/mod.ts";
import { NumberSet } from "../memory/number_set.ts";
import type { Store } from "../store/mod.ts";
import type { WatchRoom } from "./watch_room.ts";

/** How far a watch is with all that is there below its prefix. */
interface Walk {
  /** The last key that was looked at; absent before the first. */
  after?: Uint8Array;
  /** Whether it is the one that the watch begins with: the end of it is told, and no key that is not shown. */
  readonly isInitial: boolean;
}

/**
 * What one client wants to know: which entries change whose keys begin with a prefix, and if it likes,
 * which are there at the beginning.
 *
 * What it has not been told yet are numbers of entries, each once, so that what it is told is always the
 * entry as it is then: never an older write after a newer one. There is room for a bounded number of
 * them. When it is used up they are forgotten, and the watch walks over all that is there below the
 * prefix, what is deleted included: it is told more than has changed, and misses nothing. What changes
 * behind the walk is noted as ever, and what changes before it, it comes to.
 */
export class Watch {
  /** Counter of the inbox of its connection. */
  readonly inbox: number;
  /** Its id on that connection. */
  readonly id: number;
  readonly prefix: Uint8Array;
  /** Whether it is among those of its connection that have something to be told: whoever tells it says so. */
  isQueued = false;
  #store: Store;
  #room: WatchRoom;
  /** Entries that changed and have not been told, in the order in which they changed first. */
  #changed = new NumberSet();
  #walk: Walk | undefined;
  /** Whether changes were forgotten during the walk, so that another one must follow it. */
  #walksAgain = false;

  /**
   * @param prefix bytes of its own
   * @param isInitial whether it is told what is there now
   * @param room for changes, shared by all watches of a replica
   */
  constructor(
    inbox: number,
    id: number,
    prefix: Uint8Array,
    isInitial: boolean,
    store: Store,
    room: WatchRoom,
  ) {
    this.inbox = inbox;
    this.id = id;
    this.prefix = prefix;
    this.#store = store;
    this.#room = room;
    if (isInitial) this.#walk = { isInitial };
  }

  /** Whether there is something that it has not been told. */
  get isDue(): boolean {
    return this.#walk !== undefined || this.#changed.size > 0;
  }

  /** Whether it is to be told all that is there. */
  get isWalking(): boolean {
    return this.#walk !== undefined;
  }

  /** Notes that an entry has changed whose key begins with its prefix. */
  changed(n: number): void {
    if (this.#walksAgain || this.#isAhead(n) || this.#changed.has(n)) return;
    if (this.#room.take(this.#changed.size)) {
      this.#changed.add(n);
      return;
    }
    this.missed();
  }

  /** Notes that it missed changes: it walks over all that is there, or once more when it does already. */
  missed(): void {
    this.#forget();
    if (this.#walk === undefined) this.#walk = { isInitial: false };
    else this.#walksAgain = true;
  }

  /** Gives its room back. */
  close(): void {
    this.#forget();
    this.#walk = undefined;
  }

  /**
   * Appends notifications of about `bytesMax` bytes, or one entry, and looks at a bounded number of entries
   * for them. What they tell is told then, so when they are not sent, call `missed`.
   */
  tell(writer: MsgpackWriter, bytesMax: number, { listPartEntries }: Limits): void {
    const start = writer.size;
    const frame = beginNotification(writer, "Changed");
    writer.arrayHeader(2);
    writer.int(this.id);
    const header = writer.reserveHeader32();
    const place = writer.size;
    const isFull = () => writer.size - place >= bytesMax;
    let count = this.#tellChanged(writer, isFull);
    let isWalked = false;
    if (this.#walk !== undefined && !isFull()) {
      const walked = this.#tellWalk(writer, this.#walk, isFull, listPartEntries);
      count += walked.count;
      isWalked = walked.isDone;
    }
    if (count === 0) writer.truncate(start);
    else {
      writer.fillHeader32(header, 0xdd, count);
      writer.endFrame(frame);
    }
    if (isWalked) this.#endWalk(writer);
  }

  #tellChanged(writer: MsgpackWriter, isFull: () => boolean): number {
    let count = 0;
    while (this.#changed.size > 0 && !isFull()) {
      const n = this.#changed.first;
      this.#changed.shift();
      this.#write(writer, n);
      count++;
    }
    this.#room.giveBack(count);
    return count;
  }

  #tellWalk(
    writer: MsgpackWriter,
    walk: Walk,
    isFull: () => boolean,
    entriesMax: number,
  ): { count: number; isDone: boolean } {
    let count = 0;
    let seen = 0;
    let last: number | undefined;
    const isDone = this.#store.walkPrefix(this.prefix, walk.after, (n) => {
      if (seen === entriesMax || isFull()) return false;
      seen++;
      last = n;
      if (walk.isInitial && !this.#store.isShown(n)) return true;
      this.#write(writer, n);
      count++;
      return true;
    });
    if (last !== undefined) walk.after = this.#store.keyOf(last);
    return { count, isDone };
  }

  #endWalk(writer: MsgpackWriter): void {
    if (this.#walk!.isInitial) {
      const frame = beginNotification(writer, "Initial");
      writer.arrayHeader(1);
      writer.int(this.id);
      writer.endFrame(frame);
    }
    this.#walk = this.#walksAgain ? { isInitial: false } : undefined;
    this.#walksAgain = false;
  }

  /** Appends `[key, value or nil, version]`. */
  #write(writer: MsgpackWriter, n: number): void {
    const store = this.#store;
    writer.arrayHeader(3);
    store.writeKey(writer, n);
    if (store.isShown(n)) store.writeValue(writer, n);
    else writer.nil();
    writeVersion(writer, store.timestampOf(n), store.sequenceOf(n), store.uidOf(n));
  }

  /** Whether the walk is still to come to the key of an entry. */
  #isAhead(n: number): boolean {
    if (this.#walk === undefined) return false;
    const { after } = this.#walk;
    return after === undefined || this.#store.isKeyBehind(n, after);
  }

  #forget(): void {
    this.#room.giveBack(this.#changed.size);
    this.#changed.clear();
  }
}
