/**
 * Who is where.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import { prefixes } from "./keys.ts";
import { isName } from "../world/names.ts";
import { readPresent } from "./presence.ts";
import { parseAll } from "./records.ts";
import { places } from "../world/world.ts";

/** Somebody in a place. */
export interface Occupant {
  readonly name: string;
  /** Is not playing at the moment: this is where the player went home. */
  readonly away: boolean;
}

/** Who is where, and the number of records that are not well-formed. */
export interface Whereabouts {
  /** In each place first those who play, by name, and then the others. */
  readonly byPlace: ReadonlyMap<string, readonly Occupant[]>;
  readonly skipped: number;
}

/** Reads where everyone is who was ever anywhere. */
export async function readWhereabouts(reader: Reader, nowMs: number): Promise<Whereabouts> {
  const [stays, present] = await Promise.all([
    reader.list(prefixes.places).then((entries) => parseAll(entries, parsePlace)),
    readPresent(reader, nowMs),
  ]);
  const playing = new Set(present.records.map(({ name }) => name));
  const occupants = stays.records
    .map(({ name, place }) => ({ name, place, away: !playing.has(name) }))
    .sort((a, b) => Number(a.away) - Number(b.away) || (a.name < b.name ? -1 : 1));
  return {
    byPlace: Map.groupBy(occupants, ({ place }) => place),
    skipped: stays.skipped + present.skipped,
  };
}

function parsePlace(path: string[], place: string) {
  const [name] = path;
  return path.length === 1 && isName(name) && places.has(place) ? { name, place } : undefined;
}
