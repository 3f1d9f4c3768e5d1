/**
 * How much room text takes on a terminal.
 *
 * @module
 */

/** Characters of East Asia, which take two columns each. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{20000}-\u{3fffd}]/u;

/** The columns that `text` takes: marks on other characters take none. */
export function columnsOf(text: string): number {
  // deno-lint-ignore no-control-regex -- ASCII is most of it
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

/** `text` with `filling` behind it, so that it takes at least so many columns. */
export function padColumns(text: string, columns: number, filling = " "): string {
  return text + filling.repeat(Math.max(0, columns - columnsOf(text)));
}
