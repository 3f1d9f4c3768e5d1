/**
 * Numbers as people read them.
 *
 * @module
 */

/** `12,345` */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 entry`, `12,345 entries` */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
