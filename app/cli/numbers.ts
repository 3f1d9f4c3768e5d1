/**
 * Numbers as people read them.
 *
 * @module
 */

/** `12,345` */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 coin`, `12,345 coins`; `many` is for what takes no s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
