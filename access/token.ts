import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { accessLimits } from "../limits.ts";

/** Begins every token, so that one is found where it does not belong. */
const tokenPrefix = "cmud_";

const tokenBytes = 32;

const hashPrefix = "sha256:";

/** Makes a token: 256 bits that nobody can guess. */
export function newToken(): string {
  return tokenPrefix + randomBytes(tokenBytes).toString("base64url");
}

/** What is kept of a token: `sha256:` and 64 hexadecimal digits. */
export function hashOfToken(token: string): string {
  return hashPrefix + digestOf(token).toString("hex");
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
