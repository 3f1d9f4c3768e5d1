import type { Tracker } from "./tracker.ts";

/** What a key is charged for that a client has read, beside its bytes. */
const readBytes = 160;

/** Which clients have read which keys and are to be told when these change; a key is forgotten when it does. */
export class TrackingTable {
  #byKey = new Map<string, Tracker | Set<Tracker>>();
  #trackers = new Set<Tracker>();
  #size = 0;
  #heldBytes = 0;

  /** Keys that clients have read, one that two have read counted twice. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that it takes. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The tracker whose client has read most; `undefined`: none has read anything. */
  get greatest(): Tracker | undefined {
    let greatest: Tracker | undefined;
    for (const tracker of this.#trackers) {
      if (greatest === undefined || tracker.keys.size > greatest.keys.size) greatest = tracker;
    }
    return greatest;
  }

  /** Notes that a client has read a key. */
  add(key: string, tracker: Tracker): void {
    if (tracker.keys.has(key)) return;
    const found = this.#byKey.get(key);
    if (found === undefined) this.#byKey.set(key, tracker);
    else if (found instanceof Set) found.add(tracker);
    else this.#byKey.set(key, new Set([found, tracker]));
    tracker.keys.add(key);
    this.#trackers.add(tracker);
    this.#count(key, 1);
  }

  /** Forgets a key that has changed, and calls `visit` with those who have read it. */
  take(key: string, visit: (tracker: Tracker) => void): void {
    const found = this.#byKey.get(key);
    if (found === undefined) return;
    this.#byKey.delete(key);
    for (const tracker of found instanceof Set ? found : [found]) {
      this.#removeFrom(tracker, key);
      visit(tracker);
    }
  }

  /** Forgets all that a client has read. */
  forget(tracker: Tracker): void {
    for (const key of tracker.keys) {
      const found = this.#byKey.get(key);
      if (found instanceof Set && found.size > 1) found.delete(tracker);
      else this.#byKey.delete(key);
      this.#removeFrom(tracker, key);
    }
  }

  #removeFrom(tracker: Tracker, key: string): void {
    tracker.keys.delete(key);
    if (tracker.keys.size === 0) this.#trackers.delete(tracker);
    this.#count(key, -1);
  }

  #count(key: string, sign: 1 | -1): void {
    this.#size += sign;
    this.#heldBytes += sign * (readBytes + key.length);
  }
}
