/**
 * The commands of the shop, in the field and in a battle alike.
 *
 * @module
 */

import { countMax } from "../world/bounds.ts";
import { parseCount } from "../talk/commands.ts";
import { roomFor, running } from "../world/hardware.ts";
import { buy } from "../state/moves.ts";
import * as tradeText from "../talk/trade_text.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import {
  facilities,
  facilitiesFor,
  facilityFacts,
  hardwareFacts,
  type Kind,
  kinds,
  kindsFor,
  priceOf,
} from "../world/world.ts";
import { discounted } from "../world/rules.ts";
import type { Character } from "../state/character.ts";
import { suggest } from "../../cli/suggest.ts";

/** What each command does. */
export const trade: Readonly<Record<"shop" | "buy", Command>> = {
  async shop(player) {
    const character = await player.refresh();
    player.talk.say(tradeText.shop(character, player.perks, player.talk.manner));
  },

  async buy(player, args) {
    const { talk, session } = player;
    const [kindTyped, ...counts] = kindFirst(args);
    if (kindTyped === undefined) return talk.say(tradeText.buyWhat);
    const kind = kindTyped.toLowerCase();
    const all = [...kinds, ...facilities];
    if (!all.includes(kind)) {
      return talk.say(tradeText.unknownHardware(kindTyped, suggest(kind, all)));
    }
    const character = await player.refresh();
    const { rank, coins } = character;
    if (![...kindsFor(rank), ...facilitiesFor(rank)].includes(kind)) {
      return talk.say(tradeText.notForYou(kind, rank));
    }
    const wanted = facilities.includes(kind)
      ? countOfFacility(player, character, kind)
      : countOfMachines(player, character, kind, counts.join(" "));
    if (wanted === undefined) return;
    const { count, isLimited } = wanted;
    const cost = discounted(count * priceOf(kind), player.perks.prices);
    if (cost > coins) {
      talk.say(tradeText.tooDear(kind, count, cost, coins));
      const canMine = player.battle === undefined;
      if (canMine && count === 1 && player.isFirst("dear")) talk.say(tradeText.mineFor(kind));
      return;
    }
    const before = player.power;
    const key = await buy(session, character, kind, count, cost);
    const { hardware, voided } = await player.refresh();
    if (voided.has(key)) return;
    const { power } = player;
    talk.say(tradeText.bought(kind, count, cost, power === before ? undefined : power));
    const watts = facilityFacts[kind]?.watts ?? 0;
    if (watts > 0) talk.say(tradeText.broughtWatts(watts));
    if (isLimited) talk.say(tradeText.noMoreRuns);
    const idle = (hardware.get(kind) ?? 0) -
      (running(hardware, player.perks.supply).get(kind) ?? 0);
    if (hardwareFacts[kind] && idle > 0) talk.say(tradeText.furniture(kind, idle));
  },
};

/** `buy 3 cpu` is said as often as `buy cpu 3`. */
function kindFirst([first, ...others]: readonly string[]): (string | undefined)[] {
  return others.length > 0 && parseCount(first, countMax) !== undefined
    ? [...others, first]
    : [first, ...others];
}

/** What is to be bought, if anything; otherwise the player has been told why nothing is. */
interface Wanted {
  readonly count: number;
  /** The coins would have bought more. */
  readonly isLimited: boolean;
}

function countOfFacility(
  { talk }: PlayerContext,
  { hardware, place }: Character,
  kind: Kind,
): Wanted | undefined {
  const { title, place: soldAt } = facilityFacts[kind];
  if (hardware.has(kind)) return void talk.say(tradeText.hasItAlready(kind));
  if (soldAt !== undefined && soldAt !== place) {
    return void talk.say(tradeText.soldElsewhere(title, soldAt));
  }
  return { count: 1, isLimited: false };
}

function countOfMachines(
  { talk, perks }: PlayerContext,
  { hardware, coins }: Character,
  kind: Kind,
  typed: string,
): Wanted | undefined {
  if (typed !== "") {
    const count = parseCount(typed, countMax);
    return count === undefined
      ? void talk.say(tradeText.badNumber(typed))
      : { count, isLimited: false };
  }
  // Rounding up is what one coin may be short of.
  let affordable = Math.floor(coins * 100 / (100 - perks.prices) / priceOf(kind));
  if (discounted(affordable * priceOf(kind), perks.prices) > coins) affordable--;
  const room = roomFor(hardware, kind, perks.supply);
  if (affordable >= 1 && room === 0) return void talk.say(tradeText.noElectricity(kind));
  const count = Math.max(1, Math.min(affordable, room));
  return { count, isLimited: count < affordable };
}
