/**
 * The commands between problems.
 *
 * @module
 */

import { battle, enterBattle } from "./battle.ts";
import { type FieldCommand, fieldCommands } from "../talk/commands.ts";
import { tellHelp } from "./help.ts";
import { map, pictureColumns } from "../talk/map_text.ts";
import { mine } from "./mining.ts";
import { othersAt, social } from "./social.ts";
import * as aliasText from "../talk/alias_text.ts";
import * as newsText from "../talk/news_text.ts";
import * as text from "../talk/text.ts";
import type { Command } from "./player_context.ts";
import { readWhereabouts } from "../state/whereabouts.ts";
import { places, waysFrom } from "../world/world.ts";
import { campus } from "./campus.ts";
import { company } from "./company.ts";
import { trade } from "./trade.ts";
import { parseDirection } from "../world/directions.ts";
import { suggest } from "../../cli/suggest.ts";

/** What each command does. */
export const field: Readonly<Record<FieldCommand, Command>> = {
  help({ talk, known }, args) {
    tellHelp(talk, "field", fieldCommands, args, known?.rank);
  },

  stats: battle.stats,

  async map(player) {
    const { talk, session } = player;
    const place = await player.refreshPlace();
    const { byPlace, skipped } = await session.steadily(() =>
      readWhereabouts(session, session.now())
    );
    talk.say(map(byPlace, { name: session.name, place }, talk.draws(pictureColumns)));
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  ...social,

  ...campus,

  ...company,

  async move(player, args) {
    const typed = args.join(" ").toLowerCase();
    const direction = parseDirection(typed);
    const wanted = direction === undefined
      ? findPlace(typed)
      : waysFrom.get(await player.refreshPlace())![direction];
    if (direction !== undefined && wanted === undefined) {
      return player.talk.say(text.noWay(direction, player.known!.place));
    }
    if (wanted !== undefined) {
      const place = await player.refreshPlace();
      if (wanted === place) return player.talk.say(text.alreadyThere(place));
      await player.session.place(wanted);
      player.moved(wanted);
      player.talk.say(text.moved(wanted));
      const isNew = player.isFirst(`place/${wanted}`) && !player.isBrief;
      const { records: others } = await othersAt(player, wanted);
      return player.talk.say(newsText.arrival(wanted, others, isNew));
    }
    if (typed !== "") {
      player.talk.say(text.unknownPlace(typed, suggest(typed, [...places.keys()])));
    }
    player.talk.say(text.listPlaces(player.known?.place, player.talk.manner));
  },

  mine,

  ...trade,

  inv: battle.inv,

  async solve(player, args) {
    await enterBattle(player);
    if (args.length > 0 && player.battle !== undefined) await battle.solve(player, args);
  },

  alias({ talk, aliases }, [typed, ...args]) {
    if (typed === undefined) return talk.say(aliasText.listAliases(aliases.all, talk.manner));
    const [word, words] = [typed.toLowerCase(), args.join(" ")];
    if (words === "") return talk.say(aliasText.aliasDropped(word, aliases.remove(word)));
    const refusal = aliases.set(word, words);
    talk.say(
      refusal === undefined
        ? aliasText.aliasSet(word, words)
        : aliasText.aliasRefused[refusal](word),
    );
  },

  brief(player) {
    player.isBrief = !player.isBrief;
    player.talk.say(text.briefness(player.isBrief));
  },

  aloud: battle.aloud,

  quit: battle.quit,
};

function findPlace(typed: string): string | undefined {
  for (const [place, title] of places) {
    if (typed === place || typed === title.toLowerCase()) return place;
  }
  return undefined;
}
