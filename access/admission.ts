import { accessLimits } from "../limits.ts";
import type { Access } from "./access.ts";
import type { Rights } from "./rights.ts";
import type { Need } from "./role.ts";

/** What the other end of a connection has shown of who it is, where tokens are asked for. */
export class Admission {
  #access: Access;
  #rights: Rights | undefined;
  #wrongTokens = 0;
  #isRevoked = false;

  constructor(access: Access) {
    this.#access = access;
  }

  /** What it may do; `undefined`: it has shown no token that is known. */
  get rights(): Rights | undefined {
    return this.#rights;
  }

  /** Whether it has shown so many wrong tokens that the connection is to be ended. */
  get isBarred(): boolean {
    return this.#wrongTokens >= accessLimits.wrongTokensMax;
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
    const isHeard = !this.isBarred && !this.#isRevoked;
    const rights = isHeard ? this.#access.find(token) : undefined;
    if (rights === undefined || (name !== undefined && name !== rights.name)) {
      this.#wrongTokens++;
      return false;
    }
    this.#rights = rights;
    return true;
  }

  /** Takes back what was shown; wrong tokens stay counted. */
  forget(): void {
    this.#rights = undefined;
  }

  /** Why it may not do what has that need, as the end of a sentence; `undefined`: it may. */
  refusal(need: Need): string | undefined {
    if (this.#isRevoked) return "the token is known no more";
    if (this.isBarred) return "too many wrong tokens were shown on this connection";
    if (need === "nothing") return undefined;
    if (this.#rights === undefined) {
      return "no token was shown, allowed before that are Ping and Auth";
    }
    if (this.#rights.allow(need)) return undefined;
    return `the token's role is ${this.#rights.role}`;
  }
}
