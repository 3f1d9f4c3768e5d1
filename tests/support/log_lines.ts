import { logLimits } from "../../limits.ts";

/**
 * What is wrong with a line of a server's stderr, which has to be an event of its log in the form of text;
 * `undefined` when nothing is.
 */
export function logLineFault(line: string): string | undefined {
  return lineFault(line) ??
    (/^\d{4}-\d\d-\d\dT[\d:.]{12}Z (debug|info |warn |error) \S/.test(line)
      ? undefined
      : "it is no event");
}

/** What is wrong with any line that a command prints on stderr; `undefined` when nothing is. */
export function lineFault(line: string): string | undefined {
  if (line.length > logLimits.lineCharsMax) return `it has ${line.length} characters`;
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(line)) return "it has control characters";
  if (/^ +at |\btrace=/.test(line)) return "it is a stack trace";
  return undefined;
}
