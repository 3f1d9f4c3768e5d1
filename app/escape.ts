/**
 * Makes text that others wrote safe to show on a terminal.
 *
 * @module
 */

// C0, DEL and C1 steer the terminal; the bidirectional controls reorder what stands around them.
// deno-lint-ignore no-control-regex -- matching control characters is what it is for
const unshown = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Replaces every control character, line breaks included, with a visible `\u{..}`.
 *
 * ```ts
 * import { escapeControl } from "./escape.ts";
 * escapeControl("a\x1b[31mb"); // "a\\u{1b}[31mb"
 * ```
 */
export function escapeControl(text: string): string {
  return text.replace(unshown, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
}
