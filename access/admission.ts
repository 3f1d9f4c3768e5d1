import { accessLimits } from "../limits.ts";
import type { Access } from "./access.ts";
import type { Rights } from "./rights.ts";
import type { Need } from "./role.ts";

/** What the other end of a connection has shown of who it is, where tokens are asked for. */
export class Admission {
  #access: Access;
  #host: string;
  #rights: Rights | undefined;
  #wrongTokens = 0;
  /** Whether a token was wrong when too many had come from its address, or was not looked at for that. */
  #isTurnedAway = false;
  #isRevoked = false;

  /** @param host at the other end: wrong tokens are counted for it as well */
  constructor(access: Access, host: string) {
    this.#access = access;
    this.#host = host;
  }

  /** What it may do; `undefined`: it has shown no token that is known. */
  get rights(): Rights | undefined {
    return this.#rights;
  }

  /** Whether so many wrong tokens were shown, on it or from its address, that the connection is to be ended. */
  get isBarred(): boolean {
    return this.#isTurnedAway || this.#wrongTokens >= accessLimits.wrongTokensMax;
  }

  /** How long no token from its address is looked at, milliseconds; 0: the next one is. */
  get waitMs(): number {
    return this.#access.waitMs(this.#host);
  }

  /** Takes its rights from it, for good, when its token is known no more. @returns whether that is so. */
  revoke(): boolean {
    if (this.#rights === undefined || this.#access.knows(this.#rights)) return false;
    this.#rights = undefined;
    this.#isRevoked = true;
    return true;
  }

  /**
   * Shows a token. A wrong one is counted, and takes nothing away from what an earlier one has given.
   *
   * @param name that the token must have, if any
   * @returns whether it is known.
   */
  show(token: string, name?: string): boolean {
    if (this.isBarred || this.#isRevoked) return false;
    const rights = this.#access.admit(token, this.#host, name);
    if (rights === undefined) {
      this.#wrongTokens++;
      this.#isTurnedAway = this.waitMs > 0;
      return false;
    }
    this.#rights = rights;
    return true;
  }

  /** Takes back what was shown; wrong tokens stay counted. */
  forget(): void {
    this.#rights = undefined;
  }

  /** Why the token that was shown last let nobody in, as the end of a sentence. */
  get tokenRefusal(): string {
    return this.#isTurnedAway ? this.#untilHeard : "the token is none that this server knows";
  }

  get #untilHeard(): string {
    const seconds = Math.ceil(this.waitMs / 1_000);
    return `too many wrong tokens came from this address, one is looked at again in ${seconds} s`;
  }

  /** Why it may not do what has that need, as the end of a sentence; `undefined`: it may. */
  refusal(need: Need): string | undefined {
    if (this.#isRevoked) return "the token is known no more";
    if (this.#isTurnedAway) return this.#untilHeard;
    if (this.isBarred) return "too many wrong tokens were shown on this connection";
    if (need === "nothing") return undefined;
    if (this.#rights === undefined) {
      return "no token was shown, allowed before that are Ping and Auth";
    }
    if (this.#rights.allow(need)) return undefined;
    return `the token's role is ${this.#rights.role}`;
  }
}
