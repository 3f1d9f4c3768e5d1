/**
 * Numbers as people read them.
 *
 * @module
 */

/** Made once: what a host with hundreds of players says is full of numbers. */
const withCommas = new Intl.NumberFormat("en-US");

/** `12,345` */
export function grouped(count: number): string {
  return withCommas.format(count);
}

/** `1 coin`, `12,345 coins`; `many` is for what takes no s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
