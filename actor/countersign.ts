import { type Environment, nativeHashes } from "../rpc/mod.ts";
import { type SystemId, systemKey } from "./system_id.ts";

/** Whether a text may be a countersign. */
export function isCountersign(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/**
 * What a system shows others when it connects to them: each of them something else, which nobody can
 * guess. Who is shown one asks the system, at its address, whether it is its own. So nobody is taken for a
 * system because he knows its address and incarnation, which are no secret.
 */
export class Countersigns {
  #secret: string;

  constructor(environment: Pick<Environment, "hex64">) {
    this.#secret = environment.hex64() + environment.hex64();
  }

  /**
   * What this system shows `other`, for as long as it lives. It is half of the hash, from which nobody can go
   * on to the hash of a longer name. (An HMAC has Deno 2.4 print a warning.)
   */
  for(other: SystemId): string {
    const hash = nativeHashes().createHash("sha256");
    return hash.update(this.#secret + systemKey(other)).digest("hex").slice(0, 32);
  }
}
