import { Access, Admission, type TokenEntry } from "../../access/mod.ts";

/** What the connections of a query actor have shown of who they are. */
export class Admissions {
  #access: Access;
  /** By the counters of the connections' inboxes. */
  #byInbox = new Map<number, Admission>();
  /** Those of whom it was said that they have shown a token that is known. */
  #said = new Set<number>();

  constructor(entries: readonly TokenEntry[]) {
    this.#access = new Access(entries);
  }

  /** That of a connection, which begins with nothing shown. */
  of(inbox: number): Admission {
    const known = this.#byInbox.get(inbox);
    if (known !== undefined) return known;
    const admission = new Admission(this.#access);
    this.#byInbox.set(inbox, admission);
    return admission;
  }

  /** Forgets a connection that is closed. */
  forget(inbox: number): void {
    this.#byInbox.delete(inbox);
    this.#said.delete(inbox);
  }

  /** Whether a connection has shown a token that is known, the first time that this is so. */
  isNewlyAdmitted(inbox: number): boolean {
    if (this.#said.has(inbox) || this.of(inbox).rights === undefined) return false;
    this.#said.add(inbox);
    return true;
  }

  /** Knows these tokens from now on. @returns the connections whose tokens are known no more. */
  replace(entries: readonly TokenEntry[]): number[] {
    this.#access.replace(entries);
    return [...this.#byInbox].filter(([, admission]) => admission.revoke()).map(([inbox]) => inbox);
  }
}
