import { Access, Admission, type TokenEntry, type TokenRefusal } from "../../access/mod.ts";
import type { Clock } from "../../rpc/mod.ts";

/** What the connections of a query actor have shown of who they are. */
export class Admissions {
  #access: Access;
  /** By the counters of the connections' inboxes. */
  #byInbox = new Map<number, Admission>();
  /** Those of whom it was said that they have shown a token that is known. */
  #said = new Set<number>();

  /** @param onRefused called for each token that lets nobody in */
  constructor(
    entries: readonly TokenEntry[],
    clock: Pick<Clock, "monotonicMs">,
    onRefused: (why: TokenRefusal) => void,
  ) {
    this.#access = new Access(entries, clock);
    this.#access.onRefused = onRefused;
  }

  /** A connection is there, from `host`, which begins with nothing shown. */
  opened(inbox: number, host: string): void {
    this.#byInbox.set(inbox, new Admission(this.#access, host));
  }

  /** That of a connection that was opened, and not forgotten. */
  of(inbox: number): Admission {
    const admission = this.#byInbox.get(inbox);
    if (admission === undefined) throw new Error("Cannot admit a connection that was not opened");
    return admission;
  }

  /** Forgets a connection that is closed. */
  forget(inbox: number): void {
    this.#byInbox.delete(inbox);
    this.#said.delete(inbox);
  }

  /** Whether a connection has shown a token that is known, the first time that this is so. */
  isNewlyAdmitted(inbox: number): boolean {
    if (this.#said.has(inbox) || this.#byInbox.get(inbox)?.rights === undefined) return false;
    this.#said.add(inbox);
    return true;
  }

  /** Knows these tokens from now on. @returns the connections whose tokens are known no more. */
  replace(entries: readonly TokenEntry[]): number[] {
    this.#access.replace(entries);
    return [...this.#byInbox].filter(([, admission]) => admission.revoke()).map(([inbox]) => inbox);
  }
}
