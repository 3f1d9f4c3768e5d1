/**
 * What whoever keeps a world does to it: each act is written down, and in the audit log.
 *
 * @module
 */

import type { Clock, Random } from "../../../rpc/mod.ts";
import { doorLimits } from "../../../limits.ts";
import { foldedName, readTerm, type Term, termKey, termText } from "../../game/mod.ts";
import type { NameStore } from "../names/owners.ts";
import { auditPrefix, type Measure, ruleKeys } from "./rule_keys.ts";

/** What of the world outside is needed to keep one. */
export type KeepingEnvironment = Pick<Clock, "now"> & Pick<Random, "hex64">;

/** An act, as the audit log has it. */
export interface AuditRecord {
  readonly at: number;
  readonly by: string;
  /** As `ban`. */
  readonly act: string;
  /** The name that it is about; empty: none. */
  readonly name: string;
  readonly why: string;
}

/** Keeps a world, in the name of somebody. */
export class Keeping {
  readonly #store: NameStore;
  readonly #environment: KeepingEnvironment;
  readonly #by: string;
  /** When the last act was, as the log has it. */
  #notedMs = 0;

  /** @param by who does it, as the audit log has it */
  constructor(store: NameStore, environment: KeepingEnvironment, by: string) {
    this.#store = store;
    this.#environment = environment;
    this.#by = by;
  }

  /** Lays a measure down against a name, or takes it back. */
  async measure(measure: Measure, name: string, holds: boolean, why: string): Promise<void> {
    const at = this.#environment.now();
    const record = { holds, why, at, by: this.#by };
    await this.#store.put(ruleKeys.measure(measure, name), JSON.stringify(record));
    await this.noted(holds ? measure : `un${measure}`, foldedName(name), why);
  }

  /** Says something to all who play at doors. */
  async announce(words: string): Promise<void> {
    const at = this.#environment.now();
    const key = ruleKeys.announcement(at, this.#environment.hex64());
    await this.#store.put(key, JSON.stringify({ at, words }));
    await this.noted("announce", "", words);
  }

  /** Says whether who may write the store plays without a door. */
  async allowDirect(isAllowed: boolean): Promise<void> {
    await this.#store.put(ruleKeys.direct, isAllowed ? "yes" : "no");
    await this.noted("direct", "", isAllowed ? "yes" : "no");
  }

  /** Which term it is; `undefined`: nobody has enrolled yet. */
  async term(): Promise<Term | undefined> {
    return await readTerm(this.#store, this.#environment.now());
  }

  /** Ends the term, and lets the next one begin. @returns it; `undefined`: there is none to end. */
  async nextTerm(): Promise<Term | undefined> {
    const now = await this.term();
    if (now === undefined) return undefined;
    const next = now.number + 1;
    await this.#store.put(termKey, termText(next, this.#environment.now()));
    await this.noted("term", "", `term ${next} begins`);
    return await this.term();
  }

  /** Writes an act down. */
  async noted(act: string, name: string, why: string): Promise<void> {
    // Of two in one moment, the later one stands behind the other.
    const at = this.#notedMs = Math.max(this.#notedMs + 1, this.#environment.now());
    const record: AuditRecord = { at, by: this.#by, act, name, why };
    await this.#store.put(ruleKeys.audit(at, this.#environment.hex64()), JSON.stringify(record));
  }

  /** All acts, the oldest first; what is not well-formed is none. */
  async audit(): Promise<AuditRecord[]> {
    const entries = await this.#store.list(auditPrefix);
    return [...entries.values()].flatMap((value) => parseAudit(value) ?? []);
  }
}

function parseAudit(value: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(value);
    const { at, by, act, name, why } = record ?? {};
    const isText = [by, act, name, why].every((text) =>
      typeof text === "string" && text.length <= doorLimits.ruleCharsMax
    );
    return isText && Number.isSafeInteger(at) ? { at, by, act, name, why } : undefined;
  } catch {
    return undefined;
  }
}
