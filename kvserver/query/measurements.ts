/**
 * What a server measures of itself beside `Stats`, for those who watch over it.
 *
 * @module
 */

import type { TokenRefusal } from "../../access/mod.ts";
import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";
import { type ErrorCode, errorCodes, type MemoryKind, memoryKinds } from "../../rpc/mod.ts";
import { diskWriteTimes, eventLoopLags, visibilityTimes } from "../messages/measured_times.ts";
import { perKey } from "../messages/per_key.ts";
import type { Times } from "../messages/time_histogram.ts";
import { type Door, doors } from "./query_figures.ts";

/** What is known of the disk of a server that has a data directory. */
export interface DiskFigures {
  /** Bytes that wait to be written, or are being written. */
  readonly waitingBytes: number;
  /** How often it began to refuse writes. */
  readonly refusals: number;
  /** Bytes of the log, which is not folded into the file yet. */
  readonly logBytes: number;
  /** Bytes of the file. */
  readonly fileBytes: number;
}

/** What a server has measured since its start, on all of its threads. */
export interface Measurements {
  /** How long what was put here waited until another server had it. */
  readonly visibility: Times;
  /** How late timers were. */
  readonly eventLoopLag: Times;
  /** Absent when nothing is persisted. */
  readonly disk?: DiskFigures & { readonly writes: Times };
  /** How many requests were refused, by the code of the error. */
  readonly refusals: Readonly<Record<Door, Readonly<Record<ErrorCode, number>>>>;
  /** How many tokens let nobody in, at all doors, by why. */
  readonly tokens: Readonly<Record<TokenRefusal, number>>;
  /** Bytes charged, by what they are for. */
  readonly memory: Readonly<Record<MemoryKind, number>>;
}

const refusalName = (door: Door, reason: ErrorCode) => `refusals/${door}/${reason}`;
const tokenRefusals: readonly TokenRefusal[] = ["wrong", "unheard"];
const tokenName = (why: TokenRefusal) => `tokens/${why}`;
const memoryName = (kind: MemoryKind) => `memory/${kind}`;

/** Names of the figures that threads count. */
export const measurementNames: readonly string[] = [
  ...visibilityTimes.figureNames,
  ...eventLoopLags.figureNames,
  ...diskWriteTimes.figureNames,
  ...doors.flatMap((door) => errorCodes.map((reason) => refusalName(door, reason))),
  ...tokenRefusals.map(tokenName),
  ...memoryKinds.map(memoryName),
];

/** Reads them. @param extra the sums over all threads, by name */
export function measurements(
  extra: Readonly<Record<string, number>>,
  disk: DiskFigures | undefined,
): Measurements {
  return {
    visibility: visibilityTimes.read(extra),
    eventLoopLag: eventLoopLags.read(extra),
    ...(disk === undefined ? {} : { disk: { ...disk, writes: diskWriteTimes.read(extra) } }),
    refusals: perKey(
      doors,
      (door) => perKey(errorCodes, (reason) => extra[refusalName(door, reason)] ?? 0),
    ),
    tokens: perKey(tokenRefusals, (why) => extra[tokenName(why)] ?? 0),
    memory: perKey(memoryKinds, (kind) => extra[memoryName(kind)] ?? 0),
  };
}

/** What a thread charges, by what it is for. */
export function memoryFiguresOf(
  thread: Pick<ActorThread, "extraFigure">,
): Record<MemoryKind, ExtraFigure> {
  return perKey(memoryKinds, (kind) => thread.extraFigure(memoryName(kind)));
}

/** Counts what is refused on a thread. */
export class RefusalCounter {
  #figures: Readonly<Record<Door, Readonly<Record<ErrorCode, ExtraFigure>>>>;
  #tokens: Readonly<Record<TokenRefusal, ExtraFigure>>;

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    this.#figures = perKey(
      doors,
      (door) => perKey(errorCodes, (reason) => thread.extraFigure(refusalName(door, reason))),
    );
    this.#tokens = perKey(tokenRefusals, (why) => thread.extraFigure(tokenName(why)));
  }

  /** A token let nobody in. */
  noteToken(why: TokenRefusal): void {
    this.#tokens[why].add(1);
  }

  /** @param code of an error on the wire; another one is a fault of this program */
  note(door: Door, code: string, count = 1): void {
    const figures = this.#figures[door];
    const reason = code in figures ? code as ErrorCode : "internal";
    figures[reason].add(count);
  }
}
