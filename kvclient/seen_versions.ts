import type { WatchedChange } from "../kvcommon/mod.ts";
import type { Limits } from "../limits.ts";

/** What a key is charged for beside its bytes and those of its version. */
const keyBytes = 100;

/** What is known of a key that was there. */
interface Seen {
  version: string;
  /** The number of the round in which it was seen last. */
  round: number;
}

/**
 * The versions that one who watches has seen: of each key that is there, and of those that were deleted
 * last. A round begins when all that is there is told anew, by the same server or another one.
 */
export class SeenVersions {
  #limits: Pick<Limits, "watchMemoryBytesMax" | "watchDeletionsMax">;
  #there = new Map<string, Seen>();
  /** Oldest first. */
  #deleted = new Map<string, string>();
  #round = 0;
  #bytes = 0;

  constructor(limits: Pick<Limits, "watchMemoryBytesMax" | "watchDeletionsMax">) {
    this.#limits = limits;
  }

  /** Begins a round. */
  beginRound(): void {
    this.#round++;
  }

  /** Whether a change is of an earlier write than the one seen, as a server tells that is behind. */
  isEarlier({ key, version }: WatchedChange): boolean {
    const seen = this.#there.get(key)?.version ?? this.#deleted.get(key);
    // Code units are bytes here.
    return seen !== undefined && textOf(version) < seen;
  }

  /**
   * Notes a change.
   *
   * @returns whether it is one: whether another write was seen, or this one as it is no more.
   * @throws {RangeError} when there is no room for more.
   */
  see({ key, value, version }: WatchedChange): boolean {
    const text = textOf(version);
    const seen = this.#there.get(key);
    if (value === undefined) {
      if (seen === undefined && this.#deleted.get(key) === text) return false;
      this.#delete(key, text);
      return true;
    }
    this.#deleted.delete(key);
    if (seen?.version === text) {
      seen.round = this.#round;
      return false;
    }
    this.#bytes += text.length - (seen?.version.length ?? -key.length - keyBytes);
    const { watchMemoryBytesMax } = this.#limits;
    if (this.#bytes > watchMemoryBytesMax) {
      throw new RangeError(
        `Cannot watch so much: allowed are ${watchMemoryBytesMax} bytes of keys below one prefix`,
      );
    }
    this.#there.set(key, { version: text, round: this.#round });
    return true;
  }

  /** Whether a key that was there has not been seen in this round, or an earlier write of it. */
  get hasMissing(): boolean {
    for (const { round } of this.#there.values()) if (round !== this.#round) return true;
    return false;
  }

  /** Notes that the keys that have not been seen in this round are deleted. @returns these changes. */
  *deleteMissing(): Generator<WatchedChange> {
    for (const [key, { version, round }] of this.#there) {
      if (round === this.#round) continue;
      this.#delete(key, version);
      yield { key, value: undefined, version: bytesOf(version) };
    }
  }

  #delete(key: string, version: string): void {
    const seen = this.#there.get(key);
    if (seen !== undefined) this.#bytes -= key.length + keyBytes + seen.version.length;
    this.#there.delete(key);
    this.#deleted.delete(key);
    this.#deleted.set(key, version);
    const [oldest] = this.#deleted.keys();
    if (this.#deleted.size > this.#limits.watchDeletionsMax) this.#deleted.delete(oldest);
  }
}

/** A version as text, a character for each byte: it takes less memory than an array. */
function textOf(version: Uint8Array): string {
  return String.fromCharCode(...version.subarray(0, versionBytesMax));
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** No version is longer. */
const versionBytesMax = 1_024;
