import { EntryBatch } from "../entry/entry_batch.ts";
import { isLater } from "../entry/order.ts";
import { RangeSum, type Store } from "../store/mod.ts";
import { Fingerprints, type Salt } from "./fingerprint.ts";
import { OwnRange } from "./own_range.ts";
import { survivor } from "../versions/return_rule.ts";
import { VersionVector } from "../versions/version_vector.ts";
import {
  type ComparedWrite,
  type ListedEntry,
  type MessageRange,
  type RangeAnswer,
  rangeHeadBytes,
  RangeMessageWriter,
  readRangeMessage,
} from "./range_message.ts";

/**
 * How many parts all ranges that differ are split into, together. Few that differ are split into many
 * parts, which saves round trips; many into few, which saves bytes.
 */
const partsAtOnce = 128;
const partsMin = 8;

/** How many entries the lists of all ranges that differ have, together; each may have as many as the least. */
const listedAtOnce = 128;
const listedMin = 16;

/** A range with more entries is split instead of being searched for what was asked for. */
const searchedMax = 1024;

/** Bounds of an answer. */
export interface ReplyBounds {
  /** Bytes of the message, about. */
  messageBytesMax: number;
  /** Bytes of the entries, about; one entry may have more. */
  entriesBytesMax: number;
}

/** Options of a `Reply`. */
export interface ReplyOptions extends ReplyBounds {
  /** What this replica has seen, and what the other one had when both began; absent: neither anything. */
  seen?: { own: VersionVector; theirs: VersionVector };
  /** Says of an entry whether it is left out of account, because it is likely to be on its way. Default: none. */
  isUnderWay?: (n: number) => boolean;
}

/** What a `Reply` comes to. */
export interface ReplyResult {
  /** Ranges, to be told to the other replica when it has the entries; absent: there is nothing left to say. */
  message: Uint8Array | undefined;
  /** Entries that the other replica lacks, or holds an earlier write of. */
  entries: EntryBatch;
}

/**
 * Begins a comparison of two replicas.
 *
 * @param isLikelyEqual whether to say one sum of everything, which costs a round trip more when it differs
 */
export function beginComparison(store: Store, salt: Salt, isLikelyEqual: boolean): Uint8Array {
  const writer = new RangeMessageWriter(salt);
  const all = new OwnRange(store, undefined, undefined);
  const fingerprints = new Fingerprints(salt);
  if (isLikelyEqual) {
    fingerprints.ofRange(all.sum);
    writer.sum(undefined, fingerprints);
  } else new RangeSplitter(store, fingerprints, writer).expand(all, 1, Infinity);
  return writer.written();
}

/**
 * Answers a message of a comparison: range-based set reconciliation (Meyer, 2022). A range whose sums are
 * equal holds the same entries on both sides. One that differs is split into parts with as many entries
 * each, whose sums are compared next; a short one is listed, and then each side knows what the other one
 * lacks. Of a key that both hold, their orders are compared before an entry is sent.
 *
 * Neither side remembers anything of a comparison: all that is to be known stands in the message. So what
 * does not fit into an answer is said again, as the sum of the range that it is about, and comes to its turn
 * later; and a comparison that is cut off begins anew with what is not equal yet.
 *
 * It is worked off in turns, because a message may have thousands of ranges. The store may change between
 * two turns.
 */
export class Reply {
  #store: Store;
  #options: ReplyOptions;
  #fingerprints: Fingerprints;
  #writer: RangeMessageWriter;
  #splitter: RangeSplitter;
  #entries: EntryBatch;
  #dropped: number[] = [];
  #ranges: readonly MessageRange[];
  /** Of each range that was compared: whether there is something to be said of it. */
  #differs: boolean[] = [];
  /** Ranges that differ, and are to be split or listed. */
  #toSplit = 0;
  /** Of the ranges: what is to be looked at next, to compare it, and to answer it. */
  #compared = 0;
  #answered = 0;
  /** Bytes that the ranges to be answered need at the least. */
  #restBytes = 0;
  #isFull = false;

  /** @throws {TypeError | MsgpackError} when the message is malformed. */
  constructor(store: Store, message: Uint8Array, options: ReplyOptions) {
    const { salt, ranges } = readRangeMessage(message);
    this.#store = store;
    this.#options = options;
    this.#ranges = ranges;
    this.#fingerprints = new Fingerprints(salt);
    this.#writer = new RangeMessageWriter(salt);
    this.#splitter = new RangeSplitter(store, this.#fingerprints, this.#writer);
    this.#entries = new EntryBatch(store, options.entriesBytesMax);
  }

  /** Answers so many ranges. @returns whether that were all. */
  work(rangesMax: number): boolean {
    for (let left = rangesMax; left > 0; left--) {
      if (this.#compared < this.#ranges.length) this.#compare();
      else if (this.#answered < this.#ranges.length) this.#answer();
      else return true;
    }
    return this.#answered === this.#ranges.length;
  }

  /**
   * Takes the entries that the store is to drop: each was replaced or deleted where the other replica saw it.
   * To be called after each `work`, before the store changes.
   */
  takeDropped(): number[] {
    return this.#dropped.splice(0);
  }

  /** What it came to, once all is answered. */
  get result(): ReplyResult {
    const { isEmpty } = this.#writer;
    return { message: isEmpty ? undefined : this.#writer.written(), entries: this.#entries };
  }

  #lower(i: number): Uint8Array | undefined {
    return i === 0 ? undefined : this.#ranges[i - 1].upper;
  }

  #compare(): void {
    const i = this.#compared++;
    const { upper, content } = this.#ranges[i];
    let differs = content.kind !== "equal";
    if (content.kind === "sum") {
      this.#fingerprints.ofRange(new OwnRange(this.#store, this.#lower(i), upper).sum);
      const { low, high } = this.#fingerprints;
      differs = low !== content.low || high !== content.high;
      if (differs) this.#toSplit++;
    }
    this.#differs.push(differs);
    if (differs) this.#restBytes += sumBytes(this.#lower(i), upper);
  }

  #answer(): void {
    const i = this.#answered++;
    const { upper, content } = this.#ranges[i];
    if (!this.#differs[i]) return this.#writer.equal(upper);
    this.#restBytes -= sumBytes(this.#lower(i), upper);
    const own = new OwnRange(this.#store, this.#lower(i), upper);
    const place = this.#writer.place;
    const bytesMax = this.#options.messageBytesMax - this.#restBytes;
    // The first one is answered always, so that there is progress.
    const isFirst = this.#writer.isEmpty && this.#entries.size === 0;
    if (!this.#isFull && (isFirst || this.#writer.size < bytesMax)) {
      if (content.kind === "list") this.#answerList(own, content.entries);
      else if (content.kind === "answer") this.#answerAnswer(own, content);
      else this.#splitter.expand(own, this.#toSplit, isFirst ? Infinity : bytesMax);
      if (isFirst || this.#writer.size <= bytesMax) return;
      this.#writer.back(place);
    }
    // For lack of room: the same again, later.
    this.#sayAgain(own);
  }

  #sayAgain(own: OwnRange): void {
    this.#fingerprints.ofRange(own.sum);
    this.#writer.sum(own.upper, this.#fingerprints);
  }

  #answerList(own: OwnRange, listed: readonly ListedEntry[]): void {
    const unmatched = new Map(listed.map(({ key, entry }) => [key, entry]));
    const held = new Map<number, ComparedWrite>();
    const isDone = own.walk((n) => {
      const key = this.#fingerprints.ofKey(this.#store, n);
      const entry = unmatched.get(key);
      if (entry === undefined) return this.#isLeftOut(n) || this.#giveLacked(n);
      unmatched.delete(key);
      if (entry !== this.#fingerprints.ofEntry(this.#store, n) && !this.#isLeftOut(n)) {
        held.set(key, this.#writeOf(n));
      }
      return true;
    });
    if (!isDone) this.#sayAgain(own);
    else if (unmatched.size + held.size > 0) {
      const wanted = [...unmatched.keys()];
      this.#writer.answer(own.upper, { wanted, held, dropped: new Map() });
    } else this.#writer.equal(own.upper);
  }

  #answerAnswer(own: OwnRange, { wanted, held, dropped }: RangeAnswer): void {
    if (own.sum.count > searchedMax) return this.#sayAgain(own);
    const asked = new Set(wanted);
    const answer: Decision = { wanted: [], dropped: new Map(), isToSayAgain: false };
    let heldByBoth = 0;
    const isDone = own.walk((n) => {
      const key = this.#fingerprints.ofKey(this.#store, n);
      if (asked.has(key)) return this.#isLeftOut(n) || this.#giveLacked(n);
      if (dropped.get(key) === this.#store.counterOf(n)) {
        // Whether that is so it knows itself.
        if (this.#survivor(this.#writeOf(n)) !== undefined) return true;
        this.#dropped.push(n);
        answer.wanted.push(key);
        return true;
      }
      const other = held.get(key);
      if (other === undefined) return true;
      heldByBoth++;
      return this.#decide(n, key, other, answer);
    });
    // What this one has listed it may have removed since.
    const areSomeGone = heldByBoth < held.size;
    if (!isDone || answer.isToSayAgain || areSomeGone) this.#sayAgain(own);
    else if (answer.wanted.length + answer.dropped.size > 0) {
      const { wanted, dropped } = answer;
      this.#writer.answer(own.upper, { wanted, dropped, held: new Map() });
    } else this.#writer.equal(own.upper);
  }

  /**
   * Both replicas hold something of a key. What stays, and is not later than what has to go, can be merged
   * only when that has gone.
   *
   * @returns whether there was room for what is given.
   */
  #decide(n: number, key: number, other: ComparedWrite, answer: Decision): boolean {
    const own = this.#writeOf(n);
    if (!isLater(own, other) && !isLater(other, own)) {
      // Equal orders of different values, which only damage makes: if this is not the greater one, that comes
      // when the same is said again.
      answer.isToSayAgain = true;
      return this.#give(n);
    }
    const left = this.#survivor(own, other);
    if (left === own && isLater(own, other)) return this.#give(n);
    if (left !== other) answer.dropped.set(key, other.counter);
    if (left === undefined || left === other && isLater(own, other)) this.#dropped.push(n);
    if (left === other) answer.wanted.push(key);
    return true;
  }

  #survivor(own: ComparedWrite, other?: ComparedWrite): ComparedWrite | undefined {
    const { own: seenByOwn, theirs } = this.#options.seen ?? nothingSeen;
    return survivor(own, other, seenByOwn, theirs, isLater);
  }

  #isLeftOut(n: number): boolean {
    return this.#options.isUnderWay?.(n) === true;
  }

  /**
   * Gives an entry whose key the other replica does not hold, unless it was deleted there. @returns whether
   * there was room for it.
   */
  #giveLacked(n: number): boolean {
    if (this.#isFull) return false;
    if (this.#survivor(this.#writeOf(n)) !== undefined) return this.#give(n);
    this.#dropped.push(n);
    return true;
  }

  #give(n: number): boolean {
    this.#isFull ||= !this.#entries.add(n);
    return !this.#isFull;
  }

  #writeOf(n: number): ComparedWrite {
    return {
      timestamp: this.#store.timestampOf(n),
      sequence: this.#store.sequenceOf(n),
      uid: this.#store.uidOf(n),
      counter: this.#store.counterOf(n),
    };
  }
}

const nothingSeen = { own: new VersionVector(), theirs: new VersionVector() };

/** What is decided about keys that both hold. */
interface Decision {
  readonly wanted: number[];
  readonly dropped: Map<number, number>;
  isToSayAgain: boolean;
}

/** Writes what is in a range that differs: sums of its parts, or a list. */
class RangeSplitter {
  #store: Store;
  #fingerprints: Fingerprints;
  #writer: RangeMessageWriter;

  constructor(store: Store, fingerprints: Fingerprints, writer: RangeMessageWriter) {
    this.#store = store;
    this.#fingerprints = fingerprints;
    this.#writer = writer;
  }

  /**
   * @param together so many ranges are split in the message
   * @param bytesMax it stops when the message has more, because it is not to be sent then
   */
  expand(own: OwnRange, together: number, bytesMax: number): void {
    const { count } = own.sum;
    const listedMax = Math.max(listedMin, listedAtOnce / together);
    if (count <= listedMax) return this.#list(own);
    const parts = Math.min(
      Math.max(partsMin, partsAtOnce / 2 ** Math.ceil(Math.log2(together))),
      Math.ceil(count / listedMax),
    );
    const below = new RangeSum();
    const next = new RangeSum();
    const part = new RangeSum();
    below.set(own.below);
    for (let i = 1; i <= parts && this.#writer.size <= bytesMax; i++) {
      const rank = own.below.count + Math.round(count * i / parts);
      const upper = i === parts ? own.upper : this.#boundAt(rank);
      if (upper === undefined) this.#store.sums.total(next);
      else this.#store.sums.below(upper, next);
      part.set(next);
      part.subtract(below);
      below.set(next);
      this.#fingerprints.ofRange(part);
      this.#writer.sum(upper, this.#fingerprints);
    }
  }

  #list(own: OwnRange): void {
    const entries: ListedEntry[] = [];
    own.walk((n) => {
      const key = this.#fingerprints.ofKey(this.#store, n);
      entries.push({ key, entry: this.#fingerprints.ofEntry(this.#store, n) });
      return true;
    });
    this.#writer.list(own.upper, entries);
  }

  /** The shortest key that is above the entry before the one of a rank, and not above that one. */
  #boundAt(rank: number): Uint8Array {
    const { sums } = this.#store;
    const before = this.#store.keyOf(sums.entryAt(rank - 1));
    const key = this.#store.keyOf(sums.entryAt(rank));
    let common = 0;
    while (common < before.length && before[common] === key[common]) common++;
    return key.slice(0, common + 1);
  }
}

/** How many bytes the sum of a range takes at the most, behind one that is equal. */
function sumBytes(lower: Uint8Array | undefined, upper: Uint8Array | undefined): number {
  return 2 * rangeHeadBytes + 8 + (lower?.length ?? 0) + (upper?.length ?? 0);
}
