import type { TraceEvent } from "../../simulate/mod.ts";
import { traceLine } from "../../simulate/trace/trace_line.ts";

/** Lines that were made: the same events are looked at again and again. */
const lines = new WeakMap<TraceEvent, { line: string | undefined }>();

/** The line of the story that an event has; `undefined`: it has none. */
export function storyLine(event: TraceEvent): string | undefined {
  let made = lines.get(event);
  if (made === undefined) lines.set(event, made = { line: traceLine(event) });
  return made.line;
}

/** Whether an event is one of those that come time and again though nothing is written: the story leaves it out. */
export function isRoutine(event: TraceEvent): boolean {
  return storyLine(event) === undefined;
}
