import type { WatchedChange } from "../kvcommon/mod.ts";
import type { Limits } from "../limits.ts";
import { VersionTexts } from "./version_texts.ts";

/** What a key is charged for beside its bytes and those of its version. */
const keyBytes = 100;

/**
 * The versions that one who watches has seen: of each key that is there, and of those that were deleted
 * last. A round begins when all that is there is told anew, by the same server or another one.
 */
export class SeenVersions {
  #limits: Pick<Limits, "watchMemoryBytesMax" | "watchDeletionsMax">;
  #texts = new VersionTexts();
  /** Versions of the keys that were seen in this round, and of those that were not: no key is in both. */
  #seen = new Map<string, string>();
  #missing = new Map<string, string>();
  /** Oldest first. */
  #deleted = new Map<string, string>();
  #bytes = 0;

  constructor(limits: Pick<Limits, "watchMemoryBytesMax" | "watchDeletionsMax">) {
    this.#limits = limits;
  }

  /** Begins a round. */
  beginRound(): void {
    if (this.#missing.size === 0) [this.#missing, this.#seen] = [this.#seen, this.#missing];
    for (const [key, version] of this.#seen) this.#missing.set(key, version);
    this.#seen.clear();
  }

  /** Whether a change is of an earlier write than the one seen, as a server tells that is behind. */
  isEarlier({ key, version }: WatchedChange): boolean {
    const seen = this.#there(key) ?? this.#deleted.get(key);
    return seen !== undefined && this.#texts.isLess(this.#texts.of(version), seen);
  }

  /**
   * Notes a change.
   *
   * @returns whether it is one: whether another write was seen, or this one as it is no more.
   * @throws {RangeError} when there is no room for more.
   */
  see({ key, value, version }: WatchedChange): boolean {
    const text = this.#texts.of(version);
    const seen = this.#there(key);
    if (value === undefined) {
      if (seen === undefined && this.#deleted.get(key) === text) return false;
      this.#delete(key, text);
      return true;
    }
    if (this.#deleted.size > 0) this.#deleted.delete(key);
    if (seen === undefined) this.#bytes += key.length + keyBytes;
    this.#bytes += text.length - (seen?.length ?? 0);
    const { watchMemoryBytesMax } = this.#limits;
    if (this.#bytes + this.#texts.heldBytes > watchMemoryBytesMax) {
      throw new RangeError(
        `Cannot watch so much: allowed are ${watchMemoryBytesMax} bytes of keys below one prefix`,
      );
    }
    if (this.#missing.size > 0) this.#missing.delete(key);
    this.#seen.set(key, text);
    return seen !== text;
  }

  /** Whether a key that was there has not been seen in this round, or an earlier write of it. */
  get hasMissing(): boolean {
    return this.#missing.size > 0;
  }

  /** Notes that the keys that have not been seen in this round are deleted. @returns these changes. */
  *deleteMissing(): Generator<WatchedChange> {
    for (const [key, version] of this.#missing) {
      this.#delete(key, version);
      yield { key, value: undefined, version: this.#texts.bytesOf(version) };
    }
  }

  /** The version of a key that is there, as far as was seen. */
  #there(key: string): string | undefined {
    return this.#seen.get(key) ?? this.#missing.get(key);
  }

  #delete(key: string, version: string): void {
    const seen = this.#there(key);
    if (seen !== undefined) this.#bytes -= key.length + keyBytes + seen.length;
    this.#seen.delete(key);
    this.#missing.delete(key);
    this.#deleted.delete(key);
    this.#deleted.set(key, version);
    const [oldest] = this.#deleted.keys();
    if (this.#deleted.size > this.#limits.watchDeletionsMax) this.#deleted.delete(oldest);
  }
}
