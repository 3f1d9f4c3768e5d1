import { allPlaces, placeOutline, type Presence } from "../../game/mod.ts";

/** A place, and how many are there. */
export interface PlaceCount {
  readonly id: string;
  readonly title: string;
  readonly count: number;
}

/** Who is where, as one look around shows it. */
export class Crowd {
  /** All places. */
  readonly places: readonly PlaceCount[];
  readonly #byPlace: ReadonlyMap<string, readonly string[]>;

  /** @param present those who are shown */
  constructor(present: readonly Presence[]) {
    const groups = Map.groupBy(present, ({ place }) => place);
    this.#byPlace = new Map(
      Array.from(groups, ([place, there]) => [place, there.map(({ name }) => name)]),
    );
    this.places = allPlaces().map((id) => ({
      id,
      title: placeOutline(id)!.title,
      count: this.#byPlace.get(id)?.length ?? 0,
    }));
  }

  /** The names of those in a place. */
  at(place: string): readonly string[] {
    return this.#byPlace.get(place) ?? [];
  }
}
