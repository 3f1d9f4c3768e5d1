import { type DigestParams, expectParams, readDigestParams } from "../../kvcommon/mod.ts";
import type { Limits } from "../../limits.ts";
import {
  compareBytes,
  type Incoming,
  type MsgpackReader,
  type MsgpackWriter,
  RpcError,
} from "../../rpc/mod.ts";
import { noEntry, RangeSum, type Store, sumBytes } from "../store/mod.ts";

/**
 * Answers `Digest`: what the entries of a range of keys sum up to, part by part. Whoever asks several
 * replicas learns by that whether they hold the same, and looks closer only where they do not.
 *
 * The sums that it needs are those that servers compare. They may have to be made first, in turns of the
 * query actor, which is asked again in each.
 */
export class Digests {
  #store: Store;
  #limits: Limits;
  /** Reused: the sums of all entries below the two ends of a part, and that of the part. */
  #below = new RangeSum();
  #upTo = new RangeSum();
  #part = new RangeSum();
  #bytes = new Uint8Array(sumBytes);

  constructor(store: Store, limits: Limits) {
    this.#store = store;
    this.#limits = limits;
  }

  /**
   * Answers a request, if the sums are made.
   *
   * @param isOwnTurn whether nothing else is done in this turn
   * @returns whether it is answered; otherwise it is to be asked again, in a turn of its own.
   * @throws {RpcError} `bad_request` when the params are malformed.
   */
  answer(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
    isOwnTurn: boolean,
  ): boolean {
    expectParams(request, "Digest", 3);
    const params = readDigestParams(reader);
    const { from, to, parts } = params;
    expectAscending([from, ...typeof parts === "number" ? [] : parts, to]);
    const { sums } = this.#store;
    if (!isOwnTurn || !sums.make(this.#limits.summedBytesPerTurn)) return false;
    const ends = [...typeof parts === "number" ? this.#split(params, parts) : parts, to];
    this.#sumBelow(from, this.#below);
    writer.arrayHeader(ends.length);
    for (const end of ends) {
      this.#sumUpTo(end);
      this.#writePart(writer);
      this.#below.set(this.#upTo);
    }
    return true;
  }

  /** The keys at which the second part begins, and all behind it, when each has as many entries. */
  #split({ from, to }: DigestParams, parts: number): Uint8Array[] {
    const { sums } = this.#store;
    this.#sumBelow(from, this.#below);
    this.#sumUpTo(to);
    const count = this.#upTo.count - this.#below.count;
    const begins: Uint8Array[] = [];
    for (let i = 1; i < Math.min(parts, count); i++) {
      const rank = this.#below.count + Math.round(count * i / Math.min(parts, count));
      begins.push(this.#store.keyOf(sums.entryAt(rank)));
    }
    return begins;
  }

  #sumBelow(key: Uint8Array | undefined, into: RangeSum): void {
    if (key === undefined) into.clear();
    else this.#store.sums.below(key, into);
  }

  #sumUpTo(end: Uint8Array | undefined): void {
    if (end === undefined) this.#store.sums.total(this.#upTo);
    else this.#store.sums.below(end, this.#upTo);
  }

  /** Writes the part between the two ends: its first key, and what it sums up to; of one entry, its order too. */
  #writePart(writer: MsgpackWriter): void {
    const part = this.#part;
    part.set(this.#upTo);
    part.subtract(this.#below);
    const n = part.count === 0 ? noEntry : this.#store.sums.entryAt(this.#below.count);
    writer.arrayHeader(part.count === 1 ? 5 : 3);
    if (n === noEntry) writer.nil();
    else this.#store.writeKey(writer, n);
    writer.int(part.count);
    part.write(this.#bytes);
    writer.bin(this.#bytes);
    if (part.count === 1) this.#writeOrder(writer, n);
  }

  #writeOrder(writer: MsgpackWriter, n: number): void {
    const store = this.#store;
    writer.arrayHeader(3);
    writer.int(store.timestampOf(n));
    writer.int(store.sequenceOf(n));
    writer.str(store.uidOf(n));
    writer.bool(store.isDeleted(n));
  }
}

/** @throws {RpcError} `bad_request` unless each key is not below the one before. */
function expectAscending(keys: readonly (Uint8Array | undefined)[]): void {
  const known = keys.filter((key) => key !== undefined);
  for (let i = 1; i < known.length; i++) {
    if (compareBytes(known[i - 1], known[i]) <= 0) continue;
    throw new RpcError("bad_request", "Cannot Digest: the keys are not in ascending order");
  }
}
