import type { Limits } from "../limits.ts";
import type { Charged, MemoryKind } from "./memory_account.ts";

/** What is charged to an account for one thing whose size changes. */
export class Charge {
  #account: Charged;
  #kind: MemoryKind | undefined;
  #bytes = 0;

  /** @param kind what it is for; default: it is stored */
  constructor(account: Charged, kind?: MemoryKind) {
    this.#account = account;
    this.#kind = kind;
  }

  /** Bytes charged. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Charges so many bytes instead of those charged before. */
  set(bytes: number): void {
    if (bytes === this.#bytes) return;
    this.#account.charge(bytes - this.#bytes, this.#kind);
    this.#bytes = bytes;
  }

  /** Charges so many bytes more, or less. */
  add(bytes: number): void {
    this.#bytes += bytes;
    this.#account.charge(bytes, this.#kind);
  }
}

/** What is charged for so many bytes: what is short is not, because `connectionBytes` has room for it, and most is short. */
export function chargedBytes(
  bytes: number,
  { unchargedBytesMax }: Pick<Limits, "unchargedBytesMax">,
): number {
  return bytes > unchargedBytesMax ? bytes : 0;
}
