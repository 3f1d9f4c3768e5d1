import type { Value } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { Entry } from "./entry_text.ts";

/** What became of an entry. */
export type Change = "new" | "changed";

/** The entries that one who watches has seen, by which they tell what has changed. */
export class SeenEntries {
  #charsMax: number;
  #entries = new Map<string, { value: Value; look: number }>();
  #look = 0;
  #chars = 0;

  /** @param charsMax of keys and values; for more there is an error */
  constructor(charsMax = appLimits.watchedCharsMax) {
    this.#charsMax = charsMax;
  }

  /** @returns what became of it. @throws {UsageError} for more than can be remembered. */
  see([key, value]: Entry): Change | undefined {
    const before = this.#entries.get(key);
    this.#chars += value.length - (before?.value.length ?? -key.length);
    if (this.#chars > this.#charsMax) {
      throw new UsageError(
        `Cannot watch so much: allowed are ${this.#charsMax} characters of keys and values ` +
          `below one prefix`,
      );
    }
    this.#entries.set(key, { value, look: this.#look });
    if (before === undefined) return "new";
    return isSame(before.value, value) ? undefined : "changed";
  }

  /** Forgets a key. @returns whether it was there. */
  forget(key: string): boolean {
    const seen = this.#entries.get(key);
    if (seen === undefined) return false;
    this.#chars -= key.length + seen.value.length;
    return this.#entries.delete(key);
  }

  /** Ends a full poll: forgets the keys that it did not see. @returns them. */
  forgetGone(): string[] {
    const gone: string[] = [];
    for (const [key, { look }] of this.#entries) {
      if (look === this.#look) continue;
      this.forget(key);
      gone.push(key);
    }
    this.#look++;
    return gone;
  }
}

function isSame(a: Value, b: Value): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
