/**
 * What a player owns: its power, and what is left of it when something breaks.
 *
 * @module
 */

import { type Perk, withPercent } from "./perk.ts";
import { facilities, facilityFacts, hardwareFacts, type Kind, kinds, world } from "./world.ts";

/** How many of each kind someone owns; kinds with none are absent, and one kind of machine is there. */
export type Hardware = ReadonlyMap<Kind, number>;

/** The library's computer: what every player starts with, and falls back to. */
export function libraryComputer(): Hardware {
  return new Map([[kinds[0], 1]]);
}

/** The electricity that there is for machines, with `percent` more of it. */
export function wattsFor(hardware: Hardware, percent = 0): number {
  let watts = world.watts;
  for (const kind of ownedFacilities(hardware)) watts += facilityFacts[kind].watts;
  return withPercent(watts, percent);
}

/** How many of each kind run: the most powerful first, as many as there is electricity for. */
export function running(hardware: Hardware, percent = 0): Hardware {
  let watts = wattsFor(hardware, percent);
  const some = new Map<Kind, number>();
  const strongestFirst = ownedKinds(hardware)
    .sort((a, b) => hardwareFacts[b].power - hardwareFacts[a].power);
  for (const kind of strongestFirst) {
    const each = hardwareFacts[kind].watts;
    const count = Math.min(hardware.get(kind)!, each === 0 ? Infinity : Math.floor(watts / each));
    if (count === 0) continue;
    some.set(kind, count);
    watts -= count * each;
  }
  return some;
}

/** The sum of the computing powers of all that runs; where nothing does, there is the library's computer. */
export function powerOf(hardware: Hardware, percent = 0): number {
  let power = 0;
  for (const [kind, count] of running(hardware, percent)) {
    power += count * hardwareFacts[kind].power;
  }
  return Math.max(power, hardwareFacts[kinds[0]].power);
}

/** How many more of `kind` could run beside all that is as powerful or more. */
export function roomFor(hardware: Hardware, kind: Kind, percent = 0): number {
  const { watts, power } = hardwareFacts[kind];
  let left = wattsFor(hardware, percent);
  for (const [other, count] of running(hardware, percent)) {
    if (hardwareFacts[other].power >= power) left -= count * hardwareFacts[other].watts;
  }
  return watts === 0 ? Infinity : Math.max(0, Math.floor(left / watts));
}

/** The kinds of machines owned, cheapest first, whatever the order in which they were bought. */
export function ownedKinds(hardware: Hardware): Kind[] {
  return kinds.filter((kind) => hardware.has(kind));
}

/** What machines stand in, of what is owned, cheapest first. */
export function ownedFacilities(hardware: Hardware): Kind[] {
  return facilities.filter((kind) => hardware.has(kind));
}

/** What is easier with what is owned. */
export function perksOfHardware(hardware: Hardware): (Perk | undefined)[] {
  return ownedFacilities(hardware).map((kind) => facilityFacts[kind].perk);
}

/** `hardware` and `count` more of `kind`. */
export function withMore(hardware: Hardware, kind: Kind, count: number): Hardware {
  return new Map(hardware).set(kind, (hardware.get(kind) ?? 0) + count);
}

/** How many of a kind are left when it breaks: a quarter, rounded down. */
export function leftOf(count: number): number {
  return Math.floor(count / 4);
}

/** What is left when `kind` breaks; no machine at all gives the library's computer. */
export function withBroken(hardware: Hardware, kind: Kind): Hardware {
  const left = new Map(hardware);
  const count = leftOf(hardware.get(kind) ?? 0);
  if (count > 0) left.set(kind, count);
  else left.delete(kind);
  return ownedKinds(left).length > 0 ? left : new Map([...left, ...libraryComputer()]);
}

/** Whether breaking `kind` leaves no other machine, so that its owner falls back to the library. */
export function breaksEverything(hardware: Hardware, kind: Kind): boolean {
  return leftOf(hardware.get(kind) ?? 0) === 0 &&
    ownedKinds(hardware).every((owned) => owned === kind);
}
