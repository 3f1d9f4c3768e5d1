import type { Plan } from "./plan.ts";

/** A figure as people read it; nothing where it cannot be known. */
export type Cell = string | number | undefined;

/** A column of a table: its title, its width, and what stands in it. */
export type Column<Row> = readonly [title: string, width: number, cell: (row: Row) => Cell];

/** Something that can be measured, and how the results are shown. */
export interface Section<Row> {
  /** What stands above its table. */
  title(plan: Plan): string;
  columns(plan: Plan): readonly Column<Row>[];
  /** Gives each result as soon as it is there. */
  measure(plan: Plan): AsyncIterable<Row>;
}

/** The line above a table. */
export function headerLine<Row>(columns: readonly Column<Row>[]): string {
  return line(columns, (i) => columns[i][0]);
}

/** A line of a table. */
export function rowLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  return line(columns, (i) => columns[i][2](row));
}

/** The first column is flush left, the others flush right. */
function line<Row>(columns: readonly Column<Row>[], cell: (i: number) => Cell): string {
  return columns.map(([, width], i) => {
    const value = cell(i);
    const text = typeof value === "number" ? value.toLocaleString("en-US") : value ?? "-";
    return i === 0 ? text.padEnd(width) : text.padStart(width);
  }).join("  ").trimEnd();
}

/** A number without the digits that mean nothing. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
