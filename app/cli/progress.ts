/**
 * How far something is that takes its time, for who looks on.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import type { Console } from "./console.ts";
import { grouped } from "./numbers.ts";

/** How far it is. */
export interface Progress {
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly count: number;
  /** How much of all that is, from 0 to 1; absent where nobody knows. */
  readonly share?: number;
}

/** A progress that is shown. */
export interface ShownProgress {
  /** Writes lines to stderr, above it. */
  tell(lines: string): void;
  /** Erases it. */
  hide(): void;
}

/** Shows on stderr what `progress` says, if it is a terminal; nothing in a pipe, or without it. */
export function showProgress(
  console: Console,
  progress: (() => Progress) | undefined,
): ShownProgress {
  if (progress === undefined || !console.stderrIsTerminal || console.env("TERM") === "dumb") {
    return { tell: (lines) => console.err(lines), hide() {} };
  }
  const startMs = performance.now();
  const draw = () => {
    cancel = realEnvironment.after(appLimits.progressIntervalMs, draw);
    const width = console.terminal?.columns() || 80;
    const line = progressLine(progress(), performance.now() - startMs).slice(0, width - 1);
    console.err(`${erase}${line}`);
  };
  let cancel = realEnvironment.after(appLimits.progressIntervalMs, draw);
  return {
    tell: (lines) => console.err(`${erase}${lines}`),
    hide() {
      cancel();
      console.err(erase);
    },
  };
}

const erase = "\r\x1b[K";

/** A line that says how much is done, how fast, and how long the rest will take at that rate. */
export function progressLine({ unit, count, share }: Progress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round(count / elapsedMs * 1_000) : 0;
  const amounts = `${grouped(count)} ${unit}  ${grouped(rate)}/s`;
  if (share === undefined) return amounts;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const left = share > 0 ? `  ${clock(elapsedMs / share - elapsedMs)} left` : "";
  return `${progressBar(share, 20)} ${percent}  ${amounts}${left}`;
}

/** A bar of `width` characters and its ends, filled by `share`. */
export function progressBar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}

function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first, ...others] = parts[0] > 0 ? parts : parts.slice(1);
  return [first, ...others.map((part) => String(part).padStart(2, "0"))].join(":");
}
