import { peopleAt, places, scenery, thingsAt, waysFrom } from "../world/world.ts";

/** A place as programs are told of it that draw maps. */
export interface PlaceOutline {
  /** Counts places from 1. */
  readonly num: number;
  readonly title: string;
  readonly view: string;
  /** Where the ways out lead, by direction, as the numbers of places. */
  readonly exits: Readonly<Record<string, number>>;
  /** Whom one can talk to there, and what one can read, as `look` says it. */
  readonly people: readonly string[];
  readonly things: readonly string[];
}

/** The outline of a place, named as players type it; `undefined`: there is none. */
export function placeOutline(place: string): PlaceOutline | undefined {
  const title = places.get(place);
  if (title === undefined) return undefined;
  const ways = Object.entries(waysFrom.get(place) ?? {});
  return {
    num: numberOf(place),
    title,
    view: scenery.get(place) ?? "",
    exits: Object.fromEntries(ways.map(([direction, to]) => [direction, numberOf(to)])),
    people: peopleAt(place).map(({ person }) => person),
    things: thingsAt(place).filter(({ hidden }) => !hidden).map(({ thing }) => thing),
  };
}

/** All places, named as players type them, from the first on. */
export function allPlaces(): string[] {
  return [...places.keys()];
}

function numberOf(place: string): number {
  return allPlaces().indexOf(place) + 1;
}
