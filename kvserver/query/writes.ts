import type { MethodName } from "../../kvcommon/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { type EntryBytes, noCounter, noExpiry, noValue } from "../entry/entry.ts";
import { noEntry, type Store, unclaimedMark } from "../store/mod.ts";
import type { QueryHost } from "./query_host.ts";

/** What an entry takes beside its key and value, about. */
const putBytes = 64;

/**
 * The writes that a query actor accepts into its replica: numbered, later than any tombstone that was
 * forgotten, and refused when there is no room for them. The caller passes them on.
 */
export class Writes {
  /** Entries written by this query; the caller clears the list after reading it. */
  readonly accepted: number[] = [];
  /** The error that writes are refused with; `undefined`: they are accepted. */
  refusal: RpcError | undefined;
  /** No write is to be earlier than this. */
  floorMs = 0;
  /** Whether a deletion was merged: nobody need have heard of who made it. The caller takes that back. */
  hasMergedDeletion = false;
  /** How many Puts, Expires and Merges were counted, and Deletes. */
  puts = 0;
  deletes = 0;
  #store: Store;
  #host: QueryHost;
  /** Bytes of memory that the writes of this query take, those that were refused included; 0 before the first. */
  #takenBytes = 0;
  /** Bytes that they may take, as the first one found. */
  #roomBytes = Infinity;
  /** The number of the last write that was accepted. */
  #counter = noCounter;

  constructor(store: Store, host: QueryHost) {
    this.#store = store;
    this.#host = host;
  }

  /** The number of the last write that was accepted. */
  get counter(): number {
    return this.#counter;
  }

  /** Whether a write of this query was refused because there is no room for it. */
  get lacksRoom(): boolean {
    return this.#takenBytes > this.#roomBytes;
  }

  /** Begins a query: what memory there is for its writes is looked at anew. */
  beginQuery(): void {
    this.#takenBytes = 0;
    this.#roomBytes = Infinity;
  }

  /**
   * Puts the value `bytes[valueStart..valueEnd)` of the key `bytes[keyStart..keyEnd)`.
   *
   * @param expiresAt milliseconds since the epoch, or `noExpiry`
   * @throws {RpcError} when it is refused; then nothing has changed.
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    isBin = false,
    expiresAt = noExpiry,
  ): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.#takeRoom(keyEnd - keyStart + valueEnd - valueStart, "Put");
    this.puts++;
    const n = this.#store.put(
      bytes,
      keyStart,
      keyEnd,
      valueStart,
      valueEnd,
      this.#writeMs(),
      this.#host.uid,
      this.#counter + 1,
      isBin,
      expiresAt,
    );
    this.#counter++;
    // The caller does the rest for all Puts of a query, because less code here is inlined further.
    this.accepted.push(n);
  }

  /**
   * Deletes the key `bytes[keyStart..keyEnd)`: a Put of nothing. One of a key that is not held leaves a
   * tombstone too, because another replica may hold the key. Of a key that is held it needs no room, so
   * that what fills the memory can be deleted.
   *
   * @returns whether the key was shown.
   * @throws {RpcError} when it is refused; then nothing has changed.
   */
  delete(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
    if (this.refusal !== undefined) throw this.refusal;
    const held = this.#store.find(bytes, keyStart, keyEnd);
    if (held === noEntry) this.#takeRoom(keyEnd - keyStart, "Delete");
    const shown = held !== noEntry && this.#store.isShown(held);
    this.deletes++;
    this.accepted.push(this.#store.put(
      bytes,
      keyStart,
      keyEnd,
      noValue,
      noValue,
      this.#writeMs(),
      this.#host.uid,
      this.#counter + 1,
    ));
    this.#counter++;
    return shown;
  }

  /**
   * Lets the key `bytes[keyStart..keyEnd)` expire, if it is shown: a Put of its value.
   *
   * @param expiresAt milliseconds since the epoch, or `noExpiry`
   * @returns whether the key was shown; otherwise nothing is written.
   * @throws {RpcError} when it is refused; then nothing has changed.
   */
  expire(bytes: Uint8Array, keyStart: number, keyEnd: number, expiresAt: number): boolean {
    if (this.refusal !== undefined) throw this.refusal;
    const n = this.#store.get(bytes, keyStart, keyEnd);
    if (n === noEntry) return false;
    if (expiresAt !== noExpiry) this.#takeRoom(0, "Expire");
    this.puts++;
    this.#store.expire(n, this.#writeMs(), this.#host.uid, this.#counter + 1, expiresAt);
    this.#counter++;
    this.accepted.push(n);
    return true;
  }

  /**
   * Merges an entry of a backup: checked by the caller, and taken only if it is later than the entry held. It
   * loses a number that its actor may have yet to give: whoever took that for seen would take the write that is
   * given it for one that was replaced.
   *
   * @returns whether it was taken.
   * @throws {RpcError} when it is refused; then nothing has changed.
   */
  merge(entry: EntryBytes): boolean {
    if (this.refusal !== undefined) throw this.refusal;
    // It was here, and if it is not any more, it was replaced or deleted since.
    if (this.#host.hasSeen(entry)) return false;
    const { keyStart, keyEnd, valueStart, valueEnd } = entry;
    const valueBytes = valueStart === noValue ? 0 : valueEnd - valueStart;
    this.#takeRoom(keyEnd - keyStart + valueBytes, "Merge");
    const counter = this.#host.isUngiven(entry) ? noCounter : entry.counter;
    const n = this.#store.merge({ ...entry, counter });
    if (n === noEntry) return false;
    // Whoever brings the same again, when it was deleted, is not to bring it back.
    if (counter !== noCounter) this.#store.mark(n, unclaimedMark);
    this.hasMergedDeletion ||= valueStart === noValue;
    this.puts++;
    this.accepted.push(n);
    return true;
  }

  /**
   * Deletes an entry that is not shown once more, because nobody can say who has seen its write, and of this one
   * they can. It is later than that write and no more: it beats nothing that would not have hidden it.
   *
   * @returns whether it is; otherwise the disk refuses it.
   */
  deleteAgain(n: number): boolean {
    if (this.refusal !== undefined) return false;
    const store = this.#store;
    const { uid } = this.#host;
    const counter = this.#counter + 1;
    const [start, end] = [store.keyStart(n), store.keyEnd(n)];
    store.put(store.keyMemory(n), start, end, noValue, noValue, 0, uid, counter);
    this.#counter = counter;
    this.accepted.push(n);
    return true;
  }

  /** The time of a write: later than any tombstone that was forgotten, which it would lose to elsewhere. */
  #writeMs(): number {
    return Math.max(this.#host.now(), this.floorMs);
  }

  /** Takes from the query's room what an entry needs. @throws {RpcError} `overloaded` without any. */
  #takeRoom(entryBytes: number, method: MethodName): void {
    const neededBytes = this.#host.replicaCount * (entryBytes + putBytes);
    if (this.#takenBytes === 0) this.#roomBytes = this.#host.memory.putRoomBytes;
    this.#takenBytes += neededBytes;
    if (this.lacksRoom) throw memoryIsFull(neededBytes, method);
  }
}

function memoryIsFull(neededBytes: number, method: MethodName): RpcError {
  return new RpcError(
    "overloaded",
    `Cannot ${method}: the server's memory is full, ${neededBytes} bytes more are needed; until there ` +
      "is less in it, allowed are reads, Deletes of keys that it holds, and smaller Puts that still fit",
  );
}
