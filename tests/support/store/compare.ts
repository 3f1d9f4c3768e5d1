import type { Order } from "../../../kvserver/entry/order.ts";

/**
 * The orders of keys and of writes, without anything of the code under test.
 *
 * @module
 */

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Below, at or above 0 as `a` comes before, with or after `b`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** `texts` in the order of their UTF-8 bytes. */
export function sortedByBytes(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => compareBytes(utf8(a), utf8(b)));
}

/** Below, at or above 0 as `a` is the earlier, the same or the later write. */
export function compareOrders(a: Order, b: Order): number {
  return a.timestamp - b.timestamp || a.sequence - b.sequence ||
    compareBytes(utf8(a.uid), utf8(b.uid));
}
