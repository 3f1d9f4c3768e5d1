import type { EntryBytes } from "../../kvserver/entry/entry.ts";
import type { OnPassed } from "../../kvserver/store/expiries.ts";
import { noEntry, Store } from "../../kvserver/store/mod.ts";
import { type HeldEntry, heldEntry, receivedEntry } from "./held_entries.ts";

/** Sees what becomes of the entries of a replica. Absent methods cost nothing. */
export interface ReplicaObserver {
  /** A write was accepted. @param replaced what the replica held of the key */
  wrote?(entry: HeldEntry, replaced: HeldEntry | undefined): void;
  /** An entry from elsewhere was taken. @param replaced what the replica held of the key */
  merged?(entry: HeldEntry, replaced: HeldEntry | undefined): void;
  /** An entry from elsewhere was not taken. @param held what was kept */
  kept?(held: HeldEntry, refused: HeldEntry): void;
  /** An entry is held no more. */
  removed?(entry: HeldEntry): void;
  /** The time of an entry is over by the clock of its server; or it is not any more, as the clock was set back. */
  passed?(entry: HeldEntry, hasExpired: boolean): void;
}

/** A replica that says what becomes of its entries. */
export class ObservedStore extends Store {
  #observer: ReplicaObserver;

  constructor(observer: ReplicaObserver) {
    super();
    this.#observer = observer;
  }

  override put(...args: Parameters<Store["put"]>): number {
    const [bytes, keyStart, keyEnd] = args;
    const replaced = this.#held(this.find(bytes, keyStart, keyEnd));
    const n = super.put(...args);
    this.#observer.wrote?.(heldEntry(this, n), replaced);
    return n;
  }

  override expire(...args: Parameters<Store["expire"]>): void {
    const [n] = args;
    const replaced = this.#held(n);
    super.expire(...args);
    this.#observer.wrote?.(heldEntry(this, n), replaced);
  }

  override merge(entry: EntryBytes): number {
    const { merged, kept } = this.#observer;
    if (merged === undefined && kept === undefined) return super.merge(entry);
    const held = this.#held(this.find(entry.bytes, entry.keyStart, entry.keyEnd));
    const n = super.merge(entry);
    if (n !== noEntry) this.#observer.merged?.(heldEntry(this, n), held);
    else if (held !== undefined) this.#observer.kept?.(held, receivedEntry(entry));
    return n;
  }

  override mergeGreater(entry: EntryBytes): number {
    const n = this.find(entry.bytes, entry.keyStart, entry.keyEnd);
    const replaced = this.#held(n);
    const merged = super.mergeGreater(entry);
    if (merged !== noEntry) this.#observer.merged?.(heldEntry(this, merged), replaced);
    return merged;
  }

  override remove(n: number): void {
    const removed = this.#observer.removed && this.#held(n);
    super.remove(n);
    if (removed !== undefined) this.#observer.removed?.(removed);
  }

  override blank(n: number): void {
    const removed = this.#observer.removed && this.#held(n);
    super.blank(n);
    if (removed !== undefined) this.#observer.removed?.(removed);
  }

  override passTime(nowMs: number, max: number, onPassed?: OnPassed): boolean {
    if (this.#observer.passed === undefined) return super.passTime(nowMs, max, onPassed);
    return super.passTime(nowMs, max, (n, hasExpired) => {
      this.#observer.passed?.(heldEntry(this, n), hasExpired);
      onPassed?.(n, hasExpired);
    });
  }

  /** A copy of what is held; of a blank entry nothing is. */
  #held(n: number): HeldEntry | undefined {
    return n === noEntry || this.isBlank(n) ? undefined : heldEntry(this, n);
  }
}
