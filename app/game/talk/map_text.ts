/**
 * Who is where: a picture of the building and what is around it, or a line for each place with somebody in it.
 *
 * @module
 */

import { mapNamesMax } from "../world/bounds.ts";
import type { Whereabouts } from "../state/whereabouts.ts";
import { columnsOf, padColumns } from "../../cli/columns.ts";
import { grouped } from "../../cli/numbers.ts";
import { you } from "./words.ts";
import { places } from "../world/world.ts";

/** Columns between the walls of the building. */
const roomColumns = 60;

/** How wide the picture is. */
export const pictureColumns = roomColumns + 12;

/** The map as `self` sees it, or a spectator. */
export function map(
  byPlace: Whereabouts["byPlace"],
  self: { name: string; place: string } | undefined,
  drawn: boolean,
): string[] {
  const at = (place: string) => {
    const others = (byPlace.get(place) ?? []).filter(({ name }) => name !== self?.name)
      .map(({ name, away }) => away ? `${name} (away)` : name);
    return place === self?.place ? [you(self.name), ...others] : others;
  };
  if (drawn) return picture(at);
  // Ten lines that say nobody are read aloud, too.
  const crowded = [...places].filter(([place]) => at(place).length > 0);
  return [
    ...crowded.map(([place, title]) => `${title}: ${some(at(place), mapNamesMax)}`),
    ...crowded.length < places.size ? [emptyPlaces(crowded.length)] : [],
  ];
}

function emptyPlaces(crowded: number): string {
  const where = crowded === 0 ? "anywhere" : "anywhere else";
  return `Nobody is ${where}. move alone lists all places.`;
}

const floors = ["9", "8", "7", "6", "5", "4", "3", "2", "1"];

function picture(at: (place: string) => readonly string[]): string[] {
  const wall = "─".repeat(roomColumns);
  return [
    `          ┌${wall}┐`,
    ...floors.map((floor) => {
      const there = at(floor);
      const who = there.length === 0 ? "" : fitting(there, roomColumns - 2);
      return `${floor === "9" ? "  Gates " : "        "}${floor} │ ${
        padColumns(who, roomColumns - 2)
      } │`;
    }),
    outside("  ════════╧", "═", "bridge", at),
    outside("  ─┼──┼──┼─", "─", "fence", at),
  ];
}

/** What is no room, with its people on it. */
function outside(
  start: string,
  line: string,
  place: string,
  at: (place: string) => readonly string[],
): string {
  const title = places.get(place)!;
  const who = fitting(at(place), roomColumns - title.length - 6);
  return `${start}${padColumns(`${line} ${title}: ${who} `, roomColumns + 1, line)}`;
}

/** Of `names` as many as fit into so many columns. */
function fitting(names: readonly string[], columns: number): string {
  for (let count = Math.min(names.length, mapNamesMax); count > 0; count--) {
    const who = some(names, count);
    if (columnsOf(who) <= columns) return who;
  }
  return names.length === 0 ? "nobody" : `${grouped(names.length)} people`;
}

/** The first `count` of `names`, and how many more there are. */
function some(names: readonly string[], count: number): string {
  if (names.length === 0) return "nobody";
  const more = names.length - count;
  return names.slice(0, count).join(", ") + (more > 0 ? ` and ${grouped(more)} more` : "");
}
