import type { Limits } from "../../limits.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";
import type { Store } from "../store/mod.ts";
import { ChangedEntries } from "./changed_entries.ts";
import type { WatchForm } from "./watch_form.ts";
import type { WatchRoom } from "./watch_room.ts";
import { nobody, type Watcher } from "./watcher.ts";

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
export class Watch implements Watcher {
  readonly inbox: number;
  readonly prefix: Uint8Array;
  isQueued = false;
  #form: WatchForm;
  #store: Store;
  #changed: ChangedEntries;
  #walk: Walk | undefined;
  /** Whether changes were forgotten during the walk, so that another one must follow it. */
  #walksAgain = false;

  /**
   * @param prefix bytes of its own
   * @param isInitial whether it is told what is there now
   * @param room for changes, shared by all watchers of a replica
   */
  constructor(
    inbox: number,
    form: WatchForm,
    prefix: Uint8Array,
    isInitial: boolean,
    store: Store,
    room: WatchRoom,
  ) {
    this.inbox = inbox;
    this.#form = form;
    this.prefix = prefix;
    this.#store = store;
    this.#changed = new ChangedEntries(room);
    if (isInitial) this.#walk = { isInitial };
  }

  get heldBytes(): number {
    return this.prefix.length + (this.#form.heldBytes ?? 0);
  }

  get isDue(): boolean {
    return this.#walk !== undefined || this.#changed.size > 0;
  }

  get isWalking(): boolean {
    return this.#walk !== undefined;
  }

  get isLagging(): boolean {
    return this.#walksAgain || this.#walk?.isInitial === false;
  }

  changed(n: number, by = nobody): void {
    if (this.#walksAgain || this.#changed.has(n) || this.#isAhead(n)) return;
    if (this.#form.isFor?.(n, by) === false) return;
    if (!this.#changed.add(n)) this.missed();
  }

  /** It walks over all that is there, or once more when it does already. */
  missed(): void {
    this.#changed.clear();
    if (this.#walk === undefined) this.#walk = { isInitial: false };
    else this.#walksAgain = true;
  }

  awaits(n: number): boolean {
    if (this.#changed.has(n) || this.#walksAgain) return true;
    return this.#walk?.isInitial === false && this.#isAhead(n);
  }

  close(): void {
    this.#changed.clear();
    this.#walk = undefined;
  }

  tell(writer: MsgpackWriter, bytesMax: number, { listPartEntries }: Limits): void {
    this.#form.begin?.(writer);
    const place = writer.size;
    const isFull = () => writer.size - place >= bytesMax;
    let count = this.#tellChanged(writer, isFull);
    let isWalked = false;
    if (this.#walk !== undefined && !isFull()) {
      const walked = this.#tellWalk(writer, this.#walk, isFull, listPartEntries);
      count += walked.count;
      isWalked = walked.isDone;
    }
    this.#form.end?.(writer, count);
    if (isWalked) this.#endWalk(writer);
  }

  #tellChanged(writer: MsgpackWriter, isFull: () => boolean): number {
    let count = 0;
    while (this.#changed.size > 0 && !isFull()) {
      this.#form.write(writer, this.#changed.shift());
      count++;
    }
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
      if (this.#form.isFor?.(n, nobody) === false) return true;
      this.#form.write(writer, n);
      count++;
      return true;
    });
    if (last !== undefined) walk.after = this.#store.keyOf(last);
    return { count, isDone };
  }

  #endWalk(writer: MsgpackWriter): void {
    if (this.#walk!.isInitial) this.#form.endInitial?.(writer);
    this.#walk = this.#walksAgain ? { isInitial: false } : undefined;
    this.#walksAgain = false;
  }

  /** Whether the walk is still to come to the key of an entry. */
  #isAhead(n: number): boolean {
    if (this.#walk === undefined) return false;
    const { after } = this.#walk;
    return after === undefined || this.#store.isKeyBehind(n, after);
  }
}
