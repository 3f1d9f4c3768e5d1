/**
 * Facing a problem, and the commands while one does.
 *
 * @module
 */

import type { Character } from "../state/character.ts";
import type { BattleCommand } from "../talk/commands.ts";
import { leftOf, powerOf } from "../world/hardware.ts";
import { help } from "../talk/help_text.ts";
import { type Attempt, attempt, face } from "../state/moves.ts";
import { social } from "./social.ts";
import { problemOf } from "../talk/story.ts";
import { solvingBar } from "../talk/progress.ts";
import * as text from "../talk/text.ts";
import type { Command, Visit } from "./visit.ts";
import { rankAfter } from "../world/world.ts";

/** Turns to the problem of the player's rank. */
export async function enterBattle(visit: Visit): Promise<void> {
  const { talk, session } = visit;
  const { rank } = await visit.look();
  if (rankAfter(rank) === undefined) return talk.say(text.nothingToSolve);
  const problem = await face(session, rank);
  // Settling an older round may have promoted this very player, who then has another problem.
  const now = await visit.look();
  if (now.rank !== rank) return;
  await talk.tell(problemOf.get(rank)!);
  talk.say(text.faced(problem, powerOf(now.hardware)));
  const { round, remaining } = problem;
  visit.battle = { rank, round, remaining, undecided: false };
}

/** What each command does in a battle. */
export const battle: Readonly<Record<BattleCommand, Command>> = {
  async solve(visit) {
    if (await visit.toil(solvingBar) === undefined) return;
    const { rank, round, undecided } = visit.battle!;
    const problem = await face(visit.session, rank);
    const character = await visit.look();
    if (character.rank !== rank) return;
    if (problem.round !== round) {
      if (undecided && !problem.settled.has(round)) return visit.talk.say(text.undecided);
      visit.talk.say(text.solvedByOthers(problem));
    }
    const { remaining } = problem;
    visit.battle = { rank, round: problem.round, remaining, undecided: true };
    const made = await attempt(visit.session, character, problem, visit.dice);
    visit.battle.undecided = false;
    await tellAttempt(visit, character, made);
  },

  async inv(visit) {
    const { coins, hardware } = await visit.look();
    visit.talk.say(text.inventory(coins, hardware));
  },

  resign(visit) {
    visit.battle = undefined;
    visit.talk.say(text.resigned);
  },

  say: social.say,
  tell: social.tell,
  emote: social.emote,
  who: social.who,

  help({ talk }) {
    talk.say(help.battle(talk.manner));
  },
};

async function tellAttempt(visit: Visit, character: Character, made: Attempt): Promise<void> {
  const { talk } = visit;
  if (made.outcome === "debugging") return talk.say(text.debugging);
  if (made.outcome === "broke") {
    const before = character.hardware.get(made.kind)!;
    talk.say(text.broke(made.kind, before, leftOf(before)));
    if (!made.fellBack) return;
    talk.say(text.fellBack);
    visit.battle = undefined;
    return;
  }
  visit.battle!.remaining = made.remaining;
  talk.say(text.hit(made.power, made.remaining));
  if (!made.finished) return;
  talk.say(text.solved);
  await visit.rise(character.rank);
}
