/**
 * Texts of others, made fit for a terminal or a log: what would act there is shown instead.
 *
 * @module
 */

/**
 * Characters that act on a terminal instead of being shown: C0 and C1 controls, DEL, and the marks
 * that break lines or change the direction of text.
 */
// deno-lint-ignore no-control-regex -- these are what it is for
const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The short forms; every other one is shown as `\u{…}`. */
const shortForms: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` on one line, with every character visible that would act on a terminal. */
export function escapeControl(text: string): string {
  return text.replace(acting, shown);
}

/** As `escapeControl`, but line breaks and tabs are left to do their work. */
export function escapeControlInLines(text: string): string {
  return text.replace(acting, (found) => found === "\n" || found === "\t" ? found : shown(found));
}

/**
 * A value as JSON on one line. JSON escapes C0 controls by itself; the others it would let through.
 */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    acting,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function shown(character: string): string {
  return shortForms[character] ?? `\\u{${character.charCodeAt(0).toString(16)}}`;
}
