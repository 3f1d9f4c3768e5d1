/**
 * What a player has come to, so that it is told once: titles, and what the problem wanted.
 *
 * @module
 */

import type { TermOfCareer } from "../state/career.ts";
import type { Character } from "../state/character.ts";
import { isMet } from "../state/stages.ts";
import { titlesOf } from "../state/titles.ts";
import * as campusText from "../talk/campus_text.ts";
import type { Rank, Stage } from "../world/world.ts";

/** What one player knows to have come to. */
export class Deeds {
  /** Titles, once it was looked. */
  #titles: readonly string[] | undefined;
  /** What the problem wants, if the player was told so. */
  #wanted: { readonly rank: Rank; readonly stage: Stage } | undefined;

  /** The problem of `rank` wants something, and the player is told so. */
  want(rank: Rank, stage: Stage): void {
    this.#wanted = { rank, stage };
  }

  /** The problem wants nothing else any more, as the player sees. */
  goOn(): void {
    this.#wanted = undefined;
  }

  /** What is new of it, in words. */
  newOf(character: Character, career: readonly TermOfCareer[]): string[] {
    const titles = titlesOf(character, career);
    const before = this.#titles ?? titles;
    const added = titles.filter((title) => !before.includes(title));
    this.#titles = titles;
    return [
      ...added.length === 0 ? [] : [campusText.calledNow(added)],
      ...this.#isWantDone(character) ? [campusText.noLongerWanted] : [],
    ];
  }

  #isWantDone(character: Character): boolean {
    const wanted = this.#wanted;
    if (wanted === undefined || !isMet(character, wanted.rank, wanted.stage)) return false;
    this.#wanted = undefined;
    return character.rank === wanted.rank;
  }
}
