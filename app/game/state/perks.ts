/**
 * What is easier for a character at a moment: where it is, what it owns and took, what happens.
 *
 * @module
 */

import { careersMax, groupSizeMax } from "../world/bounds.ts";
import { perksOfHardware } from "../world/hardware.ts";
import { type Perk, together } from "../world/perk.ts";
import { coursesOf, perkAt, ranks, world, type WorldEvent } from "../world/world.ts";
import type { Character } from "./character.ts";

/** What there is besides the character itself. */
export interface Circumstances {
  /** What happens at the moment, if anything. */
  readonly event?: WorldEvent;
  /** Retirements of the character in earlier terms. */
  readonly retirements?: number;
  /** Of its study group, others in the same place. */
  readonly companions?: number;
}

/** Percent more steps for each companion. */
export const companionSteps = 5;

/** All that is easier for `character`, added up. */
export function perksOf(
  { place, hardware, marks }: Pick<Character, "place" | "hardware" | "marks">,
  { event, retirements = 0, companions = 0 }: Circumstances = {},
): Required<Perk> {
  const isHere = event?.place === undefined || event.place === place;
  const careers = Array.from({ length: Math.min(retirements, careersMax) }, () => world.term?.perk);
  const group = { steps: companionSteps * Math.min(companions, groupSizeMax - 1) };
  return together([
    perkAt(place),
    isHere ? event?.perk : undefined,
    ...perksOfHardware(hardware),
    ...coursesTaken(marks).map(({ perk }) => perk),
    ...careers,
    group,
  ]);
}

/** The courses that a character took. */
export function coursesTaken({ took }: Pick<Character["marks"], "took">) {
  return ranks.flatMap((rank) =>
    coursesOf(rank).filter(({ course }) => took.has(`${rank}/${course}`))
  );
}
