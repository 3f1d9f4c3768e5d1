import type { TraceEvent } from "../../simulate/mod.ts";
import { traceLine } from "../../simulate/trace/trace_line.ts";

/** Whether an event is one of those that come time and again though nothing is written: the story leaves it out. */
export function isRoutine(event: TraceEvent): boolean {
  return traceLine(event) === undefined;
}
