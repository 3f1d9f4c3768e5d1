/**
 * Facing a problem, and the commands while one does.
 *
 * @module
 */

import { battleAttemptsMax, settleAfterMs } from "../world/bounds.ts";
import type { Character } from "../state/character.ts";
import { type BattleCommand, battleCommands, parseCount } from "../talk/commands.ts";
import { leftOf, powerOf } from "../world/hardware.ts";
import { withPercent } from "../world/perk.ts";
import { tellHelp } from "./help.ts";
import { type Attempt, attempt, face, turnTo } from "../state/moves.ts";
import { social } from "./social.ts";
import type { Attempting } from "../talk/progress.ts";
import { stageBefore } from "../state/stages.ts";
import * as battleText from "../talk/battle_text.ts";
import * as text from "../talk/text.ts";
import * as tradeText from "../talk/trade_text.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { HitTally, toldEvery } from "./telling.ts";
import { trade } from "./trade.ts";
import { campus } from "./campus.ts";
import { company } from "./company.ts";
import { titlesOf } from "../state/titles.ts";
import { problemOf, rankAfter, ranks } from "../world/world.ts";

/** Turns to the problem of the player's rank. */
export async function enterBattle(player: PlayerContext): Promise<void> {
  const { talk, session } = player;
  const { rank } = await player.refresh();
  if (rankAfter(rank) === undefined) return talk.say(battleText.nothingToSolve);
  const problem = await face(session, rank);
  // Settling an older round may have promoted this very player, who then has another problem.
  const now = await player.refresh();
  if (now.rank !== rank) return;
  const before = player.lastBattle;
  // Whoever comes back knows the story.
  const isNew = player.isFirst(`problem/${rank}`);
  if (isNew) await talk.narrate(problemOf(rank)!.story);
  await player.refreshCompanions();
  const { supply, steps } = player.perks;
  if (before?.rank === rank && before.round < problem.round) {
    talk.say(battleText.solvedMeanwhile(problem.settled.has(before.round)));
  }
  talk.say(battleText.faced(problem, withPercent(powerOf(now.hardware, supply), steps), isNew));
  const { round, remaining } = problem;
  player.battle = { rank, round, remaining, undecided: false };
  await turnTo(session, problem);
  const stage = stageBefore(now, rank, remaining);
  if (stage !== undefined) player.want(rank, stage);
}

/** What each command does in a battle. */
export const battle: Readonly<Record<BattleCommand, Command>> = {
  async solve(player, args) {
    const typed = args.join(" ") || "1";
    const attempts = parseCount(typed, battleAttemptsMax);
    if (attempts === undefined) return player.talk.say(battleText.badTries(typed));
    // Friends come and go while somebody faces a problem.
    if (player.group.length > 1) await player.refreshCompanions();
    const hits = new HitTally(
      toldEvery(player, attempts),
      (steps, remaining) => player.talk.say(battleText.hit(steps, remaining)),
    );
    for (let done = 0; done < attempts && !player.talk.ended; done++) {
      if (done > 0 && (player.talk.hadEnough || player.over)) {
        hits.flush();
        player.talk.say(text.minedEnough);
        break;
      }
      if (!await attemptOnce(player, { what: "solving", done, attempts }, hits)) break;
    }
    hits.flush();
  },

  async inv(player) {
    const { coins, hardware } = await player.refresh();
    player.talk.say(tradeText.inventory(coins, hardware, player.perks.supply));
  },

  ...trade,

  resign(player) {
    player.battle = undefined;
    player.talk.say(battleText.resigned);
  },

  say: social.say,
  tell: social.tell,
  emote: social.emote,
  who: social.who,
  look: social.look,

  async stats(player) {
    const character = await player.refresh();
    const titles = titlesOf(character, player.career);
    player.talk.say(text.stats(character, player.perks.supply, titles));
  },

  ...campus,

  ...company,

  help({ talk, known }, args) {
    tellHelp(talk, "battle", battleCommands, args, known?.rank);
  },

  aloud({ talk, chooseManner }) {
    if (chooseManner === undefined) return talk.say(text.aloudElsewhere);
    chooseManner(talk.manner === "spoken" ? "drawn" : "spoken");
    talk.say(text.aloudness(talk.manner === "spoken"));
  },

  quit(player) {
    player.over = true;
  },
};

/** Makes one of several attempts; returns whether nothing speaks against the next one. */
async function attemptOnce(
  player: PlayerContext,
  attempting: Attempting,
  hits: HitTally,
): Promise<boolean> {
  const { talk, session } = player;
  if (!await mayGoOn(player, hits)) return false;
  if (await player.toil(attempting) === undefined) return false;
  // What was typed meanwhile may have told of a rise.
  if (player.battle === undefined) return false;
  const { rank, round, undecided } = player.battle;
  const problem = await face(session, rank);
  const character = await player.refresh();
  if (character.rank !== rank) return false;
  const { remaining } = problem;
  if (problem.round !== round) {
    hits.flush();
    if (undecided && !problem.settled.has(round)) {
      talk.say(battleText.undecided);
      return false;
    }
    talk.say(battleText.solvedByOthers(problem));
  }
  player.battle = { rank, round: problem.round, remaining, undecided: false };
  if (isHeldUp(player, character, hits)) return false;
  player.deeds.goOn();
  player.battle.undecided = true;
  const made = await attempt(session, character, problem, player.dice, player.perks);
  player.battle.undecided = false;
  return await reportAttempt(player, character, made, hits, remaining);
}

/** Whether the problem wants nothing else first, as far as the player knows or else by the store. */
async function mayGoOn(player: PlayerContext, hits: HitTally): Promise<boolean> {
  const { rank, round, remaining } = player.battle!;
  if (stageBefore(player.known!, rank, remaining) === undefined) return true;
  // Somebody may have signed meanwhile, or solved it: what is over wants nothing more.
  if ((await face(player.session, rank)).round !== round) return true;
  const now = await player.refresh();
  return player.battle !== undefined && !isHeldUp(player, now, hits);
}

/** Whether the problem wants something else first; then the player is told. */
function isHeldUp(player: PlayerContext, character: Character, hits: HitTally): boolean {
  const { rank, remaining } = player.battle!;
  const stage = stageBefore(character, rank, remaining);
  if (stage === undefined) return false;
  hits.flush();
  player.want(rank, stage);
  return true;
}

/** Says what came of an attempt with so many steps `left`; returns whether the player can go on at once. */
async function reportAttempt(
  player: PlayerContext,
  character: Character,
  made: Attempt,
  hits: HitTally,
  left: number,
): Promise<boolean> {
  const { talk } = player;
  if (made.outcome === "debugging") {
    if (!hits.isSilent) talk.say(battleText.debugging);
    return true;
  }
  if (made.outcome === "broke") {
    const before = character.hardware.get(made.kind)!;
    const { supply } = player.perks;
    const rest = new Map(character.hardware).set(made.kind, leftOf(before));
    // What stood without electricity is no loss.
    const goesOn = !made.fellBack && powerOf(rest, supply) === powerOf(character.hardware, supply);
    if (!goesOn || !hits.isSilent) hits.flush();
    talk.say(battleText.broke(made.kind, before, leftOf(before)));
    if (!made.fellBack) {
      const isNew = character.rank === ranks[0];
      if (isNew && player.isFirst("repair")) talk.say(battleText.repair(made.kind));
      return goesOn;
    }
    talk.say(battleText.fellBack);
    player.battle = undefined;
    return false;
  }
  player.battle!.remaining = made.remaining;
  // What is beyond the last step is no step.
  hits.add(made.remaining === 0 ? Math.min(made.power, left) : made.power, made.remaining);
  if (made.end !== "none") hits.flush();
  switch (made.end) {
    case "none":
      return true;
    case "won":
      talk.say(battleText.solved);
      await player.rise(character.rank);
      return false;
    case "lost":
      talk.say(battleText.beaten);
      return false;
    case "contested":
      await awaitLogs(player);
      return false;
  }
}

/** Waits until the hits of all have arrived, and sees whose was the last. */
async function awaitLogs(player: PlayerContext): Promise<void> {
  const { talk, session, battle } = player;
  talk.say(battleText.contested);
  battle!.undecided = true;
  if (talk.fast || !await talk.wait(settleAfterMs)) return;
  const problem = await face(session, battle!.rank);
  const { rank } = await player.refresh();
  if (rank !== battle!.rank || !problem.settled.has(battle!.round)) return;
  battle!.undecided = false;
  talk.say(battleText.beaten);
}
