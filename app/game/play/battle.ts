/**
 * Facing a problem, and the commands while one does.
 *
 * @module
 */

import type { Character } from "../state/character.ts";
import { type BattleCommand, battleCommands } from "../talk/commands.ts";
import { leftOf, powerOf } from "../world/hardware.ts";
import { tellHelp } from "./help.ts";
import { type Attempt, attempt, face } from "../state/moves.ts";
import { social } from "./social.ts";
import { problemOf } from "../talk/story.ts";
import { solvingBar } from "../talk/progress.ts";
import * as text from "../talk/text.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { rankAfter } from "../world/world.ts";

/** Turns to the problem of the player's rank. */
export async function enterBattle(player: PlayerContext): Promise<void> {
  const { talk, session } = player;
  const { rank } = await player.refresh();
  if (rankAfter(rank) === undefined) return talk.say(text.nothingToSolve);
  const problem = await face(session, rank);
  // Settling an older round may have promoted this very player, who then has another problem.
  const now = await player.refresh();
  if (now.rank !== rank) return;
  await talk.narrate(problemOf.get(rank)!);
  talk.say(text.faced(problem, powerOf(now.hardware)));
  const { round, remaining } = problem;
  player.battle = { rank, round, remaining, undecided: false };
}

/** What each command does in a battle. */
export const battle: Readonly<Record<BattleCommand, Command>> = {
  async solve(player) {
    if (await player.toil(solvingBar) === undefined) return;
    const { rank, round, undecided } = player.battle!;
    const problem = await face(player.session, rank);
    const character = await player.refresh();
    if (character.rank !== rank) return;
    if (problem.round !== round) {
      if (undecided && !problem.settled.has(round)) return player.talk.say(text.undecided);
      player.talk.say(text.solvedByOthers(problem));
    }
    const { remaining } = problem;
    player.battle = { rank, round: problem.round, remaining, undecided: true };
    const made = await attempt(player.session, character, problem, player.dice);
    player.battle.undecided = false;
    await reportAttempt(player, character, made);
  },

  async inv(player) {
    const { coins, hardware } = await player.refresh();
    player.talk.say(text.inventory(coins, hardware));
  },

  resign(player) {
    player.battle = undefined;
    player.talk.say(text.resigned);
  },

  say: social.say,
  tell: social.tell,
  emote: social.emote,
  who: social.who,

  help({ talk, known }, args) {
    tellHelp(talk, "battle", battleCommands, args, known?.rank);
  },

  quit(player) {
    player.over = true;
  },
};

async function reportAttempt(
  player: PlayerContext,
  character: Character,
  made: Attempt,
): Promise<void> {
  const { talk } = player;
  if (made.outcome === "debugging") return talk.say(text.debugging);
  if (made.outcome === "broke") {
    const before = character.hardware.get(made.kind)!;
    talk.say(text.broke(made.kind, before, leftOf(before)));
    if (!made.fellBack) return;
    talk.say(text.fellBack);
    player.battle = undefined;
    return;
  }
  player.battle!.remaining = made.remaining;
  talk.say(text.hit(made.power, made.remaining));
  if (!made.finished) return;
  talk.say(text.solved);
  await player.rise(character.rank);
}
