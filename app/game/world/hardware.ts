/**
 * What a player owns: its power, and what is left of it when something breaks.
 *
 * @module
 */

import { hardwareFacts, type Kind, kinds } from "./world.ts";

/** How many of each kind someone owns; kinds with none are absent, and it is never empty. */
export type Hardware = ReadonlyMap<Kind, number>;

/** The library's computer: what every player starts with, and falls back to. */
export const libraryComputer: Hardware = new Map([["cpu", 1]]);

/** The sum of the computing powers of all that is owned. */
export function powerOf(hardware: Hardware): number {
  let power = 0;
  for (const [kind, count] of hardware) power += count * hardwareFacts[kind].power;
  return power;
}

/** The kinds owned, cheapest first, whatever the order in which they were bought. */
export function ownedKinds(hardware: Hardware): Kind[] {
  return kinds.filter((kind) => hardware.has(kind));
}

/** `hardware` and `count` more of `kind`. */
export function withMore(hardware: Hardware, kind: Kind, count: number): Hardware {
  return new Map(hardware).set(kind, (hardware.get(kind) ?? 0) + count);
}

/** How many of a kind are left when it breaks: a quarter, rounded down. */
export function leftOf(count: number): number {
  return Math.floor(count / 4);
}

/** What is left when `kind` breaks; nothing at all gives the library's computer. */
export function withBroken(hardware: Hardware, kind: Kind): Hardware {
  const left = new Map(hardware);
  const count = leftOf(hardware.get(kind) ?? 0);
  if (count > 0) left.set(kind, count);
  else left.delete(kind);
  return left.size > 0 ? left : libraryComputer;
}

/** Whether breaking `kind` leaves nothing else, so that its owner falls back to the library. */
export function breaksEverything(hardware: Hardware, kind: Kind): boolean {
  return leftOf(hardware.get(kind) ?? 0) === 0 &&
    ownedKinds(hardware).every((owned) => owned === kind);
}
