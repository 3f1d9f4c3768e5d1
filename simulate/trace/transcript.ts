import type { TraceEvent } from "./event.ts";
import { traceLine } from "./trace_line.ts";

/** The story of a scenario. @param isAllTold as in the options of `runScenario` */
export function transcriptOf(
  { title }: { readonly title: string },
  events: readonly TraceEvent[],
  isAllTold = false,
): string {
  const lines = events.map((event) => traceLine(event, isAllTold)).filter((line) =>
    line !== undefined
  );
  return [...(title === "" ? [] : [title, ""]), ...lines].join("\n") + "\n";
}
