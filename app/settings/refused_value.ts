import { UsageError } from "../cli/usage_error.ts";

/** More of a value is no help. */
const shownCharsMax = 80;

/**
 * The error for a value that an option's parser refuses: found, allowed.
 *
 * @param what where it is set, as `$CMUD_PORT`
 * @param value as it stands there
 */
export function refusedValue(what: string, value: unknown, cause: UsageError): UsageError {
  const { message } = cause;
  // One that says what it has found stands for itself.
  if (!message.startsWith("Allowed ")) {
    return new UsageError(`Cannot use ${what}: ${message}`, { cause });
  }
  const text = textOf(value);
  const shown = text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}...` : text;
  const allowed = message.replace(/^A/, "a").replace(/\.$/, "");
  return new UsageError(`Cannot use ${shown} as ${what}: ${allowed}`, { cause });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
