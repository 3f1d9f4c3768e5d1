import { columnsOf, padColumns } from "./columns.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** A row of a table: what stands under each title, or under the first one, and what failed beside it. */
export type TableRow =
  | { readonly cells: readonly string[] }
  | { readonly name: string; readonly failure: string };

/** How a table is shown. */
export interface TableOptions {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Columns of the first cell at the least. Default 0. */
  readonly nameColumnsMin?: number;
}

/** A line for each row; where that does not fit, a line for each of its cells. */
export function tableText(
  titles: readonly string[],
  rows: readonly TableRow[],
  { style, columns, nameColumnsMin = 0 }: TableOptions,
): string {
  const cells = rows.flatMap((row) => "cells" in row ? [row.cells] : []);
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => columnsOf(row[i])), i === 0 ? nameColumnsMin : 0)
  );
  const width = widths.reduce((sum, width) => sum + width + 2, -2);
  if (width > columns) return rows.map((row) => blockText(titles, row, style, columns)).join("");
  const line = (row: readonly string[]) =>
    row.map((cell, i) => padColumns(cell, widths[i])).join("  ").trimEnd();
  const lines = rows.map((row) =>
    "cells" in row
      ? line(row.cells)
      : style.red(`${padColumns(row.name, widths[0])}  ${row.failure}`)
  );
  return [style.bold(line(titles)), ...lines].join("\n") + "\n";
}

function blockText(
  [, ...titles]: readonly string[],
  row: TableRow,
  { bold, red }: Style,
  columns: number,
): string {
  const [name, ...cells] = "cells" in row ? row.cells : [row.name];
  const width = Math.max(...titles.map(({ length }) => length));
  const lines = "cells" in row
    ? titles.map((title, i) => `  ${title.padEnd(width)}  ${cells[i]}`)
    : wrapped(`  ${row.failure}`, columns).map(red);
  return [bold(name), ...lines].join("\n") + "\n";
}
