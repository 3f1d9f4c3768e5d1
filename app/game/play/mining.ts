/**
 * Mining: so many attempts, or as many as it takes to have a sum.
 *
 * @module
 */

import type { Character } from "../state/character.ts";
import { mine as attempt } from "../state/moves.ts";
import { parseCount } from "../talk/commands.ts";
import * as text from "../talk/text.ts";
import {
  attemptSecondsMax,
  bigFindCoinsMin,
  bigFindShare,
  creditsMax,
  mineAttemptsMax,
  untoldSecondsMax,
} from "../world/bounds.ts";
import { powerOf } from "../world/hardware.ts";
import { discounted, expectedCoins } from "../world/rules.ts";
import { facilities, kinds, priceOf } from "../world/world.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { toldEvery } from "./telling.ts";

/** `mine`, `mine 20`, `mine for desk`, `mine for 700`. */
export const mine: Command = async (player, args) => {
  const [first, ...others] = args;
  if (first?.toLowerCase() === "for") return await mineFor(player, others);
  // Of "1 000" no part is taken for what was meant.
  const typed = args.join(" ") || "1";
  const attempts = parseCount(typed, mineAttemptsMax);
  if (attempts === undefined) return player.talk.say(text.badAttempts(typed));
  const character = await player.refresh();
  const secondsMax = player.talk.fast ? 0 : attempts * attemptSecondsMax;
  if (secondsMax > untoldSecondsMax) {
    player.talk.say(text.atMost(secondsMax, player.talk.isTerminal));
  }
  await dig(player, character, attempts);
};

async function mineFor(player: PlayerContext, args: readonly string[]): Promise<void> {
  const { talk } = player;
  const character = await player.refresh();
  const goal = goalOf(player, args);
  if (goal === undefined) return talk.say(text.mineForWhat);
  if (character.coins >= goal) return talk.say(text.hasEnough(goal, character.coins));
  talk.say(text.until(goal, talk.isTerminal));
  await dig(player, character, mineAttemptsMax, goal);
}

/** The coins that somebody wants to have who types a sum, or what costs it here and now. */
function goalOf({ perks }: PlayerContext, args: readonly string[]): number | undefined {
  const typed = args.filter((word) => !/^coins?$/i.test(word)).join(" ").toLowerCase();
  const kind = [...kinds, ...facilities].find((each) => each === typed);
  return kind === undefined
    ? parseCount(typed, creditsMax)
    : discounted(priceOf(kind), perks.prices);
}

/** Makes so many attempts at the most, or fewer if there are `goal` coins before. */
async function dig(
  player: PlayerContext,
  { hardware }: Character,
  attemptsMax: number,
  goal = Infinity,
): Promise<void> {
  const { talk } = player;
  const power = powerOf(hardware, player.perks.supply);
  const every = toldEvery(player, attemptsMax);
  let sum = 0;
  /** How many there are to be, as far as one can know. */
  const attemptsFrom = (done: number, coins: number) =>
    Math.min(
      attemptsMax,
      done + Math.ceil((goal - coins) / expectedCoins(power, player.perks.mining)),
    );
  for (let done = 0; done < attemptsMax; done++) {
    const { coins, credits } = player.known!;
    if (coins >= goal || credits >= creditsMax || talk.ended) break;
    if (done > 0 && (talk.hadEnough || player.over)) {
      talk.say(text.minedEnough);
      break;
    }
    const attempts = attemptsFrom(done, coins);
    const seconds = await player.toil({ what: "mining", done, attempts });
    if (seconds === undefined) break;
    const found = await attemptOnce(player);
    sum += found;
    if (every === 1) talk.say(text.mined(found, seconds));
    else if ((done + 1) % every === 0 && done + 1 < attempts) {
      talk.say(
        goal < Infinity
          ? text.hasOf(player.known!.coins, goal)
          : text.minedSoFar(done + 1, attempts, sum),
      );
    }
    if (found >= Math.max(bigFindCoinsMin, power * bigFindShare)) {
      player.publisher.publish(player.known!.place, { did: "find", coins: found });
    }
  }
  if (player.known!.credits === creditsMax) talk.say(text.minedOut);
  if (attemptsMax === 1) return;
  // Others may have given some meanwhile; who leaves does not wait for that.
  const { coins } = talk.ended ? player.known! : await player.refresh();
  talk.say(text.minedTogether(sum, coins));
}

/** One attempt; returns the coins that it yielded. */
async function attemptOnce(player: PlayerContext): Promise<number> {
  const before = player.known!;
  const found = await attempt(player.session, before, player.dice, player.perks);
  // What was read meanwhile may hold it already, or not yet.
  if (player.known !== before) await player.refresh();
  else {
    const { credits, coins } = before;
    player.known = { ...before, credits: credits + found, coins: coins + found };
  }
  return found;
}
