/**
 * What happens to everybody: a function of the time since the term began, so that all see the same.
 *
 * @module
 */

import { worldEventMs } from "./bounds.ts";
import { world, type WorldEvent } from "./world.ts";

/** What happens, and for how long yet. */
export interface Happening {
  readonly event: WorldEvent;
  readonly leftMs: number;
}

/** What happens so long after the beginning of the `term`-th term. The first minutes of one are quiet. */
export function happeningAt(term: number, sinceMs: number): Happening | undefined {
  const events = world.events ?? [];
  const slot = Math.floor(sinceMs / worldEventMs);
  if (slot <= 0 || events.length === 0) return undefined;
  const roll = mixed(term, slot);
  // A third of the time nothing happens.
  if (roll % 3 === 0) return undefined;
  const event = events[Math.floor(roll / 3) % events.length];
  return { event, leftMs: (slot + 1) * worldEventMs - sinceMs };
}

/** A number that nobody would guess from `a` and `b`, the same on every machine. */
function mixed(a: number, b: number): number {
  let hash = 0x811c9dc5;
  for (const part of [a, b, a ^ b]) {
    hash = Math.imul(hash ^ (part & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (part >>> 16), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
