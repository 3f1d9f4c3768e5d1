import { accessLimits } from "../limits.ts";
import { nativeHashes } from "../rpc/mod.ts";

/** Begins every token, so that one is found where it does not belong. */
const tokenPrefix = "cmud_";

const tokenBytes = 32;

const hashPrefix = "sha256:";

/** Makes a token: 256 bits that nobody can guess. */
export function newToken(): string {
  return tokenPrefix + nativeHashes().randomBytes(tokenBytes).toString("base64url");
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
    this.#digests = hashes.map((hash) => bytesOfHex(hash.slice(hashPrefix.length)));
  }

  /** The place of a token's hash among them, or -1. Every one is compared, wherever it is found. */
  indexOf(token: string): number {
    if (token.length > accessLimits.tokenCharsMax) return -1;
    const { timingSafeEqual } = nativeHashes();
    const digest = digestOf(token);
    let found = -1;
    for (let i = 0; i < this.#digests.length; i++) {
      if (timingSafeEqual(this.#digests[i], digest)) found = i;
    }
    return found;
  }
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(
    { length: hex.length / 2 },
    (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function digestOf(token: string) {
  return nativeHashes().createHash("sha256").update(token).digest();
}
