import type { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What is used of `node:crypto`. */
export interface NativeHashes {
  readonly createHash: typeof createHash;
  readonly randomBytes: typeof randomBytes;
  readonly timingSafeEqual: typeof timingSafeEqual;
}

/** The globals of a runtime, as far as they matter here. */
interface Runtime {
  /** Where it has the modules of Node. */
  readonly process?: { getBuiltinModule?(name: string): NativeHashes | undefined };
}

/**
 * Returns the hashes of the runtime, at once, as a promise for each would not be. Asked for when they are
 * needed and not imported, because a bundle for a browser must not name a module that is not there.
 *
 * @throws {Error} in a browser
 */
export function nativeHashes(): NativeHashes {
  const hashes = (globalThis as Runtime).process?.getBuiltinModule?.("node:crypto");
  if (hashes === undefined) throw new Error("Cannot hash: this runtime has no node:crypto");
  return hashes;
}
