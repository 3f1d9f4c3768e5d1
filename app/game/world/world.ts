/**
 * The world that is played in: tables only, made from a world file.
 *
 * A process plays in one world. The tables are those of the built-in one (`campus.json`) until `playIn`
 * is called, which is before anybody plays.
 *
 * @module
 */

import campus from "./campus.json" with { type: "json" };
import type { Direction } from "./directions.ts";
import type { Perk } from "./perk.ts";
import { checkWorld, type WorldFile } from "./world_file.ts";

/** How far a player has come: the name of a rank. */
export type Rank = string;

/** What a player owns, by its command name: machines, and what they stand in. */
export type Kind = string;

/** One line of the shop. */
export interface HardwareFacts {
  readonly title: string;
  /** What one of it is called. */
  readonly one: string;
  /** Coins for one. */
  readonly price: number;
  /** What one adds to its owner's computing power. */
  readonly power: number;
  /** The electricity that one takes while it runs. */
  readonly watts: number;
  /** The lowest rank that the shop sells it to. */
  readonly from: Rank;
}

/** What machines stand in, of which nobody has two. */
export interface FacilityFacts {
  readonly title: string;
  readonly price: number;
  readonly from: Rank;
  /** Where alone it is sold, if not everywhere. */
  readonly place?: string;
  /** The electricity that it brings. */
  readonly watts: number;
  readonly perk?: Perk;
}

/** Where each direction leads. */
export type Ways = Partial<Readonly<Record<Direction, string>>>;

/** A rank's problem. */
export type ProblemFacts = NonNullable<WorldFile["ranks"][number]["problem"]>;

/** What a part of a problem wants before it can be worked on. */
export type Stage = NonNullable<ProblemFacts["stages"]>[number];

/** A course that who has a rank may take, one of several. */
export type Course = NonNullable<WorldFile["ranks"][number]["courses"]>[number];

/** Something to be read. */
export type Thing = NonNullable<WorldFile["things"]>[number];

/** Somebody to talk to. */
export type Person = NonNullable<WorldFile["people"]>[number];

/** What everybody sees for a while. */
export type WorldEvent = NonNullable<WorldFile["events"]>[number];

/** What somebody may be called. */
export type Title = NonNullable<WorldFile["titles"]>[number];

/** The whole world. */
export let world: WorldFile;

/** All ranks, lowest first. */
export let ranks: readonly Rank[];

/** Steps of the problem between each rank and the next; the last rank has none. */
export let problemSteps: ReadonlyMap<Rank, number>;

/** The command names of all machines, cheapest first. */
export let kinds: readonly Kind[];

/** All machines there are. */
export let hardwareFacts: Readonly<Record<Kind, HardwareFacts>>;

/** The command names of what machines stand in, cheapest first. */
export let facilities: readonly Kind[];

/** All that machines can stand in. */
export let facilityFacts: Readonly<Record<Kind, FacilityFacts>>;

/** Every place by its command name, with the name that players are shown. */
export let places: ReadonlyMap<string, string>;

/** Said of each place by `look`. */
export let scenery: ReadonlyMap<string, string>;

/** The ways out of each place. */
export let waysFrom: ReadonlyMap<string, Ways>;

/** Where a new player starts, and whoever's place is unknown stands. */
export let firstPlace: string;

/** Lets everybody in this process play in `file`. */
export function playIn(file: WorldFile): void {
  world = file;
  ranks = file.ranks.map(({ name }) => name);
  problemSteps = new Map(
    file.ranks.flatMap(({ name, problem }) => problem ? [[name, problem.steps]] : []),
  );
  const hardware = file.hardware.toSorted((a, b) => a.price - b.price);
  kinds = hardware.map(({ kind }) => kind);
  hardwareFacts = Object.fromEntries(hardware.map(({ kind, ...facts }) => [kind, facts]));
  const rooms = (file.facilities ?? []).toSorted((a, b) => a.price - b.price);
  facilities = rooms.map(({ kind }) => kind);
  facilityFacts = Object.fromEntries(
    rooms.map(({ kind, watts = 0, ...facts }) => [kind, { ...facts, watts }]),
  );
  places = new Map(file.places.map(({ place, title }) => [place, title]));
  scenery = new Map(file.places.map(({ place, view }) => [place, view]));
  waysFrom = new Map(file.places.map(({ place, ways }) => [place, ways]));
  firstPlace = file.start;
}

/** The world that the program brings with it. */
export const builtInWorld: WorldFile = checkWorld(campus);

playIn(builtInWorld);

/** The rank above, or nothing above the last. */
export function rankAfter(rank: Rank): Rank | undefined {
  return ranks[ranks.indexOf(rank) + 1];
}

/** The rank of somebody who has reached `reached`, in whatever order. */
export function highestOf(reached: readonly Rank[]): Rank {
  return ranks.findLast((rank) => reached.includes(rank)) ?? ranks[0];
}

/** Whether somebody of `rank` has come as far as `other`. */
export function isAtLeast(rank: Rank, other: Rank): boolean {
  return ranks.indexOf(rank) >= ranks.indexOf(other);
}

/** The machines that the shop sells to `rank`, cheapest first. */
export function kindsFor(rank: Rank): Kind[] {
  return kinds.filter((kind) => isAtLeast(rank, hardwareFacts[kind].from));
}

/** What machines can stand in that the shop sells to `rank`, cheapest first. */
export function facilitiesFor(rank: Rank): Kind[] {
  return facilities.filter((kind) => isAtLeast(rank, facilityFacts[kind].from));
}

/** Coins for one machine, or for what machines stand in. */
export function priceOf(kind: Kind): number {
  return (hardwareFacts[kind] ?? facilityFacts[kind]).price;
}

/** Who has `rank`, as in "you are a Masters student". */
export function holderOf(rank: Rank): string {
  return world.ranks[ranks.indexOf(rank)]?.title ?? rank;
}

/** The problem that `rank` faces; the last one faces none. */
export function problemOf(rank: Rank): ProblemFacts | undefined {
  return world.ranks[ranks.indexOf(rank)]?.problem;
}

/** The story of how one comes to have `rank`. */
export function riseTo(rank: Rank): readonly string[] {
  return world.ranks[ranks.indexOf(rank)]?.rise ?? [];
}

/** The courses of which who has `rank` may take one. */
export function coursesOf(rank: Rank): readonly Course[] {
  return world.ranks[ranks.indexOf(rank)]?.courses ?? [];
}

/** What is easier in `place`. */
export function perkAt(place: string): Perk | undefined {
  return world.places.find((each) => each.place === place)?.perk;
}

/** What there is to read in `place`, hidden things too. */
export function thingsAt(place: string): readonly Thing[] {
  return (world.things ?? []).filter((thing) => thing.place === place);
}

/** Who is always in `place`. */
export function peopleAt(place: string): readonly Person[] {
  return (world.people ?? []).filter((person) => person.place === place);
}
