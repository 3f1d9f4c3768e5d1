import { doorLimits } from "../../../limits.ts";
import { foldedName, isName } from "../../game/mod.ts";
import { type Measure, measures } from "./rule_keys.ts";

/** That a measure holds, until it is taken back. */
export interface MeasureRecord {
  readonly holds: boolean;
  /** What the player is told of it. */
  readonly why: string;
  readonly at: number;
  /** Who did it. */
  readonly by: string;
}

/** Something said to all. */
export interface Announcement {
  readonly key: string;
  readonly at: number;
  readonly words: string;
}

/** What whoever keeps a world has laid down, as it stands in the store. What is not well-formed is no rule. */
export class HouseRules {
  readonly #measures = new Map<Measure, Map<string, MeasureRecord>>();
  readonly #announcements: Announcement[] = [];

  /** @param entries all below `rulesPrefix` */
  constructor(entries: ReadonlyMap<string, string> = new Map()) {
    for (const [key, value] of entries) {
      const [, kind, what] = key.split("/");
      const record = parse(value);
      if (record === undefined) continue;
      if (kind === "announcement" && isText(record.words) && isTime(record.at)) {
        this.#announcements.push({ key, at: record.at, words: record.words });
      }
      const measure = measures.find((each) => each === kind);
      const { holds, why, at, by } = record;
      const isMeasure = typeof holds === "boolean" && isText(why) && isTime(at) && isText(by);
      if (measure === undefined || !isMeasure || !isName(what)) continue;
      const names = this.#measures.get(measure) ?? new Map<string, MeasureRecord>();
      this.#measures.set(measure, names.set(what, { holds, why, at, by }));
    }
  }

  /** The measure against a name; `undefined`: it does not hold. */
  measure(measure: Measure, name: string): MeasureRecord | undefined {
    const record = this.#measures.get(measure)?.get(foldedName(name));
    return record?.holds ? record : undefined;
  }

  /** What was said to all, the oldest first. */
  get announcements(): readonly Announcement[] {
    return this.#announcements;
  }
}

function parse(value: string): Record<string, unknown> | undefined {
  try {
    const parsed = value.length <= 4 * doorLimits.ruleCharsMax ? JSON.parse(value) : undefined;
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isText(text: unknown): text is string {
  return typeof text === "string" && text.length <= doorLimits.ruleCharsMax;
}

function isTime(at: unknown): at is number {
  return Number.isSafeInteger(at);
}
