import type { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { doorLimits } from "../../../limits.ts";

/** A password as it is kept: what it costs to try one, salt and hash. */
export interface PasswordHash {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** In base64. */
  readonly salt: string;
  readonly hash: string;
}

type Cost = Pick<PasswordHash, "n" | "r" | "p">;

/** A try takes 32 MiB and some 60 ms. */
const cost = { n: 2 ** 15, r: 8, p: 1 } as const;
const [saltBytes, hashBytes] = [16, 32];

/** Too many passwords wait to be hashed. */
export class TooBusyError extends Error {
  static {
    this.prototype.name = "TooBusyError";
  }
}

/** Hashes passwords, few at once because each takes memory and time. */
export class Passwords {
  #running = 0;
  #waiting: (() => void)[] = [];
  readonly #cost: Cost;

  /** @param n what a try costs; a lower one is for tests */
  constructor(n: number = cost.n) {
    this.#cost = { ...cost, n };
  }

  /** Makes what is kept of a password. @throws {TooBusyError} */
  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(saltBytes);
    const hash = await this.#scrypt(password, salt, this.#cost);
    return { ...this.#cost, salt: salt.toString("base64"), hash: hash.toString("base64") };
  }

  /** Whether `password` is the one of which `kept` was made. @throws {TooBusyError} */
  async verify(password: string, kept: PasswordHash): Promise<boolean> {
    const expected = Uint8Array.from(atob(kept.hash), (char) => char.charCodeAt(0));
    const salt = Uint8Array.from(atob(kept.salt), (char) => char.charCodeAt(0));
    const hash = await this.#scrypt(password, salt, kept);
    return hash.length === expected.length && timingSafeEqual(hash, expected);
  }

  async #scrypt(password: string, salt: Uint8Array, { n, r, p }: Cost): Promise<Buffer> {
    await this.#begin();
    try {
      // Letters that look alike on two keyboards are one.
      const text = password.normalize("NFKC");
      const maxmem = 256 * n * r + 2 ** 20;
      return await new Promise<Buffer>((resolve, reject) => {
        scrypt(text, salt, hashBytes, { N: n, r, p, maxmem }, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      });
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #begin(): Promise<void> {
    if (this.#running >= doorLimits.hashesAtOnce) {
      if (this.#waiting.length >= doorLimits.hashesWaitingMax) {
        throw new TooBusyError("Cannot hash one more password: too many wait");
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}

/** Reads what is kept of a password. @returns `undefined` when it is none, or costs more than any here. */
export function parsePasswordHash(value: unknown): PasswordHash | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { n, r, p, salt, hash } = value as Record<string, unknown>;
  const isCost = [n, r, p].every((it) => Number.isSafeInteger(it) && (it as number) > 0) &&
    (n as number) <= 2 ** 17 && (r as number) <= 16 && (p as number) <= 4 &&
    Number.isInteger(Math.log2(n as number)) && (n as number) > 1;
  const isBase64 = (it: unknown) =>
    typeof it === "string" && /^[A-Za-z0-9+/]{4,100}={0,2}$/.test(it);
  if (!isCost || !isBase64(salt) || !isBase64(hash)) return undefined;
  return { n, r, p, salt, hash } as PasswordHash;
}
