import { places, scenery, waysFrom } from "../world/world.ts";

/** A place as programs are told of it that draw maps. */
export interface PlaceOutline {
  /** Counts places from 1. */
  readonly num: number;
  readonly title: string;
  readonly view: string;
  /** Where the ways out lead, by direction, as the numbers of places. */
  readonly exits: Readonly<Record<string, number>>;
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
  };
}

/** All places, named as players type them, from the first on. */
export function allPlaces(): string[] {
  return [...places.keys()];
}

function numberOf(place: string): number {
  return allPlaces().indexOf(place) + 1;
}
