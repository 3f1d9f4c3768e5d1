import { NumberSet } from "../memory/number_set.ts";
import type { WatchRoom } from "./watch_room.ts";

/** The numbers of entries that have changed and were not told, each once, in the order of their first changes. */
export class ChangedEntries {
  #numbers = new NumberSet();
  #room: WatchRoom;

  /** @param room shared by all watchers of a replica */
  constructor(room: WatchRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#numbers.size;
  }

  has(n: number): boolean {
    return this.#numbers.has(n);
  }

  /** Adds one that it does not have. @returns whether there was room. */
  add(n: number): boolean {
    if (!this.#room.take(this.#numbers.size)) return false;
    this.#numbers.add(n);
    return true;
  }

  /** Removes and returns the first one, of one or more. */
  shift(): number {
    const n = this.#numbers.first;
    this.#numbers.shift();
    this.#room.giveBack(1);
    return n;
  }

  /** Removes all of them. */
  clear(): void {
    this.#room.giveBack(this.#numbers.size);
    this.#numbers.clear();
  }
}
