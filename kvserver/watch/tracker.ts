import type { MsgpackWriter } from "../../rpc/mod.ts";
import { ChangedEntries } from "./changed_entries.ts";
import type { WatchRoom } from "./watch_room.ts";
import type { Watcher } from "./watcher.ts";

/** How a client is told that copies are outdated. */
export interface TrackerForm {
  /** Whether the client is told of an entry. @param by counter of the inbox of whose connection has changed it */
  isFor(n: number, by: number): boolean;
  /** Appends that the copy of an entry's value is outdated. */
  write(writer: MsgpackWriter, n: number): void;
  /** Appends that all copies are. */
  writeAll(writer: MsgpackWriter): void;
}

/**
 * What one client keeps copies of, among all that it has read: it is told once that a copy is outdated, and
 * when there is no room for which ones are, that all of them are.
 */
export class Tracker implements Watcher {
  readonly inbox: number;
  readonly prefix = undefined;
  readonly heldBytes = 0;
  readonly isWalking = false;
  readonly isLagging = false;
  isQueued = false;
  /** The keys that it has read since they changed; kept by a `TrackingTable`. */
  readonly keys = new Set<string>();
  #changed: ChangedEntries;
  #form: TrackerForm;
  /** Whether it is to be told that all its copies are outdated. */
  #hasMissed = false;

  /** @param room for changes, shared by all watchers of a replica */
  constructor(inbox: number, form: TrackerForm, room: WatchRoom) {
    this.inbox = inbox;
    this.#form = form;
    this.#changed = new ChangedEntries(room);
  }

  get isDue(): boolean {
    return this.#hasMissed || this.#changed.size > 0;
  }

  changed(n: number, by: number): void {
    if (this.#hasMissed || this.#changed.has(n) || !this.#form.isFor(n, by)) return;
    if (!this.#changed.add(n)) this.missed();
  }

  awaits(n: number): boolean {
    return this.#changed.has(n);
  }

  missed(): void {
    this.#changed.clear();
    this.#hasMissed = true;
  }

  close(): void {
    this.#changed.clear();
    this.#hasMissed = false;
  }

  tell(writer: MsgpackWriter, bytesMax: number): void {
    const start = writer.size;
    if (this.#hasMissed) this.#form.writeAll(writer);
    this.#hasMissed = false;
    while (this.#changed.size > 0 && writer.size - start < bytesMax) {
      this.#form.write(writer, this.#changed.shift());
    }
  }
}
