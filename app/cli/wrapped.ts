/**
 * `line` in rows of at most `columns` characters, broken between words. A longer word has a row of its
 * own; what goes on an indented line is indented further.
 */
export function wrapped(line: string, columns: number): string[] {
  const margin = /^ */.exec(line)![0].length;
  const indent = " ".repeat(margin === 0 ? 0 : margin + 2);
  const rows: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const start = /^ */.exec(rest)![0].length;
    const fitting = rest.lastIndexOf(" ", columns);
    const end = fitting > start ? fitting : rest.indexOf(" ", Math.max(start, columns));
    if (end < 0) break;
    rows.push(rest.slice(0, end).trimEnd());
    rest = indent + rest.slice(end).trimStart();
  }
  return [...rows, rest];
}
