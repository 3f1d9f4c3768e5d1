/**
 * `line` in rows of at most `columns` characters, broken between words. A longer word has a row of its
 * own; what goes on an indented line is indented further.
 *
 * An indented line with wide gaps is a row of a table: where it does not fit, gaps narrow to two spaces, and
 * it is broken at one near the end of its room rather than within a column, because torn columns are hard
 * to read.
 */
export function wrapped(line: string, columns: number): string[] {
  const margin = /^ */.exec(line)![0].length;
  const indent = " ".repeat(margin === 0 ? 0 : margin + 2);
  const rows: string[] = [];
  let rest = margin > 0 && line.length > columns ? narrowed(line, margin) : line;
  while (rest.length > columns) {
    const start = /^ */.exec(rest)![0].length;
    const gap = margin > 0 ? rest.lastIndexOf("  ", columns) : -1;
    const fitting = gap > columns * 2 / 3 ? gap : rest.lastIndexOf(" ", columns);
    const end = fitting > start ? fitting : rest.indexOf(" ", Math.max(start, columns));
    if (end < 0) break;
    rows.push(rest.slice(0, end).trimEnd());
    rest = indent + rest.slice(end).trimStart();
  }
  return [...rows, rest];
}

function narrowed(line: string, margin: number): string {
  return line.slice(0, margin) + line.slice(margin).replaceAll(/ {3,}/g, "  ");
}
