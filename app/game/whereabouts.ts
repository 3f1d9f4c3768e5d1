/**
 * Who is where.
 *
 * @module
 */

import type { Reader } from "./character.ts";
import { prefixes } from "./keys.ts";
import { isName } from "./names.ts";
import { parseAll } from "./records.ts";
import { places } from "./world.ts";

/** Names by place, each in order, and the number of records that are not well-formed. */
export interface Whereabouts {
  readonly byPlace: ReadonlyMap<string, readonly string[]>;
  readonly skipped: number;
}

/** Reads where everyone is who was ever anywhere. */
export async function readWhereabouts(reader: Reader): Promise<Whereabouts> {
  const { records, skipped } = parseAll(await reader.list(prefixes.places), parsePlace);
  const byPlace = Map.groupBy(records, ({ place }) => place);
  return {
    byPlace: new Map(
      Array.from(byPlace, ([place, group]) => [place, group.map(({ name }) => name).sort()]),
    ),
    skipped,
  };
}

function parsePlace(path: string[], place: string) {
  const [name] = path;
  return path.length === 1 && isName(name) && places.has(place) ? { name, place } : undefined;
}
