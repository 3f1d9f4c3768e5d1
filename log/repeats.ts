import { logLimits } from "../limits.ts";
import type { Clock, Timers } from "../rpc/mod.ts";
import { type LogRecord, mergedRecord } from "./record.ts";

/** A kind of line that was passed on lately. */
interface Kind {
  /** How long the lines that follow one are only counted. */
  windowMs: number;
  /** When the window is over. */
  untilMs: number;
  /** The lines that were counted since, as one record. */
  counted: LogRecord | undefined;
  /** Keeps `counted` from being passed on at `untilMs`. */
  cancel(): void;
}

/**
 * Counts repeated lines. The first line of a kind is passed on at once. Those that follow within a
 * second are counted, and passed on as one when it is over: the last of them, with their number. While
 * the kind keeps coming, each window is twice as long as the one before, up to a minute; after a minute
 * without it, the kind is new again. So a change and its change back are both seen soon, and a flood is
 * a line a minute.
 *
 * Lines are of one kind when they have the same level, the same template and the same `peer`.
 */
export class Repeats {
  #environment: Pick<Clock & Timers, "monotonicMs" | "after">;
  #give: (record: LogRecord) => void;
  /** By key, in the order in which they were passed on last. */
  #kinds = new Map<string, Kind>();

  /** @param give takes what is to be printed */
  constructor(
    environment: Pick<Clock & Timers, "monotonicMs" | "after">,
    give: (record: LogRecord) => void,
  ) {
    this.#environment = environment;
    this.#give = give;
  }

  /** Passes a record on, or counts it. */
  take(record: LogRecord): void {
    const nowMs = this.#environment.monotonicMs();
    const key = this.#keyOf(record, nowMs);
    const kind = this.#kinds.get(key);
    if (kind === undefined || isForgotten(kind, nowMs)) {
      this.#giveOn(key, record, { windowMs: 0, untilMs: 0, counted: undefined, cancel() {} });
    } else if (kind.counted !== undefined) {
      // Also when its time is over: the timer is late then, and gives on all of them.
      kind.counted = mergedRecord(kind.counted, record);
    } else if (nowMs >= kind.untilMs) this.#giveOn(key, record, kind);
    else {
      kind.counted = record;
      kind.cancel = this.#environment.after(
        kind.untilMs - nowMs,
        () => this.#giveOn(key, kind.counted!, kind),
      );
    }
  }

  /** Passes on all that was counted. */
  flush(): void {
    for (const [key, kind] of [...this.#kinds]) {
      if (kind.counted === undefined) continue;
      kind.cancel();
      this.#giveOn(key, kind.counted, kind);
    }
  }

  #giveOn(key: string, record: LogRecord, kind: Kind): void {
    kind.counted = undefined;
    kind.windowMs = Math.min(
      Math.max(2 * kind.windowMs, logLimits.repeatMinMs),
      logLimits.repeatMaxMs,
    );
    kind.untilMs = this.#environment.monotonicMs() + kind.windowMs;
    this.#kinds.delete(key);
    this.#kinds.set(key, kind);
    this.#give(record);
  }

  /** Peers for which there is no room are counted together. */
  #keyOf({ level, template, fields }: LogRecord, nowMs: number): string {
    const kind = `${level} ${template}`;
    const key = `${kind}\n${fields.peer ?? ""}`;
    if (this.#kinds.size < logLimits.keysMax || this.#kinds.has(key)) return key;
    for (const [old, { counted }] of this.#kinds) {
      if (counted !== undefined || !isForgotten(this.#kinds.get(old)!, nowMs)) break;
      this.#kinds.delete(old);
    }
    return this.#kinds.size < logLimits.keysMax ? key : kind;
  }
}

/** Whether a kind has not come for so long that it is new again. */
function isForgotten({ untilMs, counted }: Kind, nowMs: number): boolean {
  return counted === undefined && nowMs >= untilMs + logLimits.repeatMaxMs;
}
