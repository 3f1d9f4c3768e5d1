import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { accessLimits } from "../limits.ts";

/** Begins every token, so that one is found where it does not belong. */
const tokenPrefix = "cmud_";

const tokenBytes = 32;

const hashPrefix = "sha256:";
const hashPattern = /^sha256:[0-9a-f]{64}$/;

/** Makes a token: 256 bits that nobody can guess. */
export function newToken(): string {
  return tokenPrefix + randomBytes(tokenBytes).toString("base64url");
}

/**
 * Whether a text has the form of a token. Only such ones are known to be hard to guess, so one round of
 * a hash protects them; what people choose themselves would need a slow one.
 */
export function isToken(text: string): boolean {
  return /^cmud_[A-Za-z0-9_-]{43}$/.test(text);
}

/** What is kept of a token: `sha256:` and 64 hexadecimal digits. */
export function hashOfToken(token: string): string {
  return hashPrefix + digestOf(token).toString("hex");
}

/** Whether a text is what `hashOfToken` returns of some token. */
export function isTokenHash(text: string): boolean {
  return hashPattern.test(text);
}

/** The hashes of tokens, of which one is found in a time that says nothing of them. */
export class TokenHashes {
  #digests: readonly Uint8Array[];

  /** @param hashes as `hashOfToken` returns them */
  constructor(hashes: readonly string[]) {
    this.#digests = hashes.map((hash) => Buffer.from(hash.slice(hashPrefix.length), "hex"));
  }

  /** The place of a token's hash among them, or -1. Every one is compared, wherever it is found. */
  indexOf(token: string): number {
    if (token.length > accessLimits.tokenCharsMax) return -1;
    const digest = digestOf(token);
    let found = -1;
    for (let i = 0; i < this.#digests.length; i++) {
      if (timingSafeEqual(this.#digests[i], digest)) found = i;
    }
    return found;
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
