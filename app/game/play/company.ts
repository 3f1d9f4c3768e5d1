/**
 * The commands for company that is not in the same place: the channel, letters, coins that change hands,
 * groups, and who is not heard.
 *
 * @module
 */

import { readChat } from "../state/chat.ts";
import { characterMeant } from "../state/moves.ts";
import { keys } from "../state/keys.ts";
import { joinGroup, leaveGroup } from "../state/groups.ts";
import { readLetters } from "../state/post.ts";
import { readPresent } from "../state/presence.ts";
import { readProblem } from "../state/problem.ts";
import type { TransferKind } from "../state/records.ts";
import { sharesOf } from "../state/rounds.ts";
import { debtsOf, transfer } from "../state/transfers.ts";
import { type CompanyCommand, parseCount } from "../talk/commands.ts";
import * as companyText from "../talk/company_text.ts";
import * as newsText from "../talk/news_text.ts";
import * as battleText from "../talk/battle_text.ts";
import { countMax, ignoredMax } from "../world/bounds.ts";
import { addressee, isName, nameFrom } from "../world/names.ts";
import { problemSteps } from "../world/world.ts";
import { isVisible } from "../../cli/visible.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { maySay, social, wordsFor } from "./social.ts";

/** What each command does. */
export const company: Readonly<Record<CompanyCommand, Command>> = {
  async chat(player, args) {
    const { talk, session } = player;
    const words = args.join(" ");
    if (!isVisible(words)) {
      const lines = await session.steadily(() =>
        readChat(session, session.now(), (name) => !player.ignored.has(name))
      );
      for (const line of lines) player.toldNews.isNew(line);
      return talk.say(companyText.chatLines(lines, session.now()));
    }
    if (!maySay(player, words)) return;
    const said = await player.publisher.chat(words);
    talk.say(said ? companyText.chatted(session.name, words) : newsText.outOfBreath);
  },

  async reply(player, args) {
    const name = player.lastTeller;
    if (name === undefined) return player.talk.say(newsText.nobodyTold);
    await social.tell(player, [name, ...args]);
  },

  async write(player, [typed = "", ...args]) {
    const words = wordsFor(companyText.whom.write, player, args);
    if (words === undefined) return;
    const name = await otherPlayer(player, typed, companyText.whom.write);
    if (name === undefined) return;
    const isSent = await player.publisher.post(name, words);
    player.talk.say(isSent ? companyText.wrote(name, words) : newsText.outOfBreath);
  },

  async letters(player) {
    const { talk, session } = player;
    const all = await session.steadily(() => readLetters(session, session.name));
    const letters = all.filter(({ from }) => !player.ignored.has(from));
    talk.say(companyText.letterLines(letters, session.now()));
    if (!all.some(({ isNew }) => isNew)) return;
    await session.put(keys.postRead(session.name), String(all.at(-1)!.at));
  },

  give: (player, args) => handOver(player, "gift", companyText.whom.give, args),

  async lend(player, args) {
    if (args.length > 0) return await handOver(player, "loan", companyText.whom.lend, args);
    const { transfers } = await player.refresh();
    player.talk.say(companyText.debtLines(debtsOf(transfers)));
  },

  repay: (player, args) => handOver(player, "repayment", companyText.whom.repay, args),

  async group(player, [typed]) {
    const { talk, session } = player;
    const { name } = session;
    if (typed === undefined) {
      await player.refreshCompanions();
      return talk.say(companyText.groupLines(player.group, name));
    }
    if (typed.toLowerCase() === "leave") {
      await leaveGroup(session);
      await player.refreshCompanions();
      return talk.say(companyText.grouping.left);
    }
    const other = await otherPlayer(player, typed, companyText.whom.self);
    if (other === undefined) return;
    if (!await joinGroup(session, other)) return talk.say(companyText.grouping.full(other));
    await player.publisher.whisper(other, { did: "tell", words: companyText.grouping.joins });
    await player.refreshCompanions();
    talk.say(companyText.grouping.joined(other));
  },

  async ignore(player, [typed]) {
    const { talk, session } = player;
    const names = player.ignored;
    if (typed === undefined) return talk.say(companyText.ignoredLines([...names]));
    // Whoever is ignored may have another name by now.
    const name = addressee(nameFrom(typed), [...names]) ??
      await otherPlayer(player, typed, companyText.whom.self);
    if (name === undefined) return;
    if (names.size >= ignoredMax && !names.has(name)) return talk.say(companyText.tooManyIgnored);
    const isIgnored = !names.delete(name);
    if (isIgnored) names.add(name);
    await session.put(keys.ignore(session.name), JSON.stringify([...names]));
    talk.say(companyText.ignoring(name, isIgnored));
  },

  async work({ talk, session, known, battle }) {
    const rank = battle?.rank ?? known!.rank;
    const steps = problemSteps.get(rank);
    if (steps === undefined) return talk.say(battleText.nothingToSolve);
    const problem = await session.steadily(() => readProblem(session, rank));
    const shares = sharesOf(problem.rounds.get(problem.round));
    talk.say(companyText.workLines(rank, shares, problem.remaining, steps, session.name));
  },

  away(player, args) {
    // Who is not to be heard may go, and gives no reason.
    const words = player.isMuted() ? "" : args.join(" ");
    if (!isVisible(words)) {
      player.away = player.away === undefined ? companyText.noReason : undefined;
    } else if (maySay(player, words)) player.away = words;
    else return;
    player.stay();
    player.talk.say(companyText.awayness(player.away));
  },
};

/** Gives coins to somebody, who hears of it at once or finds a letter. */
async function handOver(
  player: PlayerContext,
  as: TransferKind,
  whom: string,
  [typed = "", ...counts]: readonly string[],
): Promise<void> {
  const { talk, session } = player;
  const typedCount = counts.filter((word) => !/^coins?$/i.test(word)).join(" ");
  if (typedCount === "") return talk.say(whom);
  const count = parseCount(typedCount, countMax);
  if (count === undefined) return talk.say(companyText.badSum(typedCount));
  const name = await otherPlayer(player, typed, whom);
  if (name === undefined) return;
  const { coins } = await player.refresh();
  if (count > coins) return talk.say(companyText.tooFewToGive(count, coins));
  await transfer(session, name, as, count);
  const after = await player.refresh();
  talk.say(companyText.gave(as, name, count, after.coins));
  const words = companyText.got(as, count);
  const { records } = await session.steadily(() => readPresent(session, session.now()));
  const isThere = records.some((each) => each.name === name);
  if (isThere && await player.publisher.whisper(name, { did: "tell", words })) return;
  await player.publisher.post(name, words);
}

/** The player that was typed, if it is another one; otherwise the player has been told. */
async function otherPlayer(
  { talk, session }: PlayerContext,
  typed: string,
  whom: string,
): Promise<string | undefined> {
  const given = nameFrom(typed);
  if (given === "") return void talk.say(whom);
  const name = isName(given)
    ? await session.steadily(() => characterMeant(session, given))
    : undefined;
  if (name === session.name) return void talk.say(companyText.whom.self);
  return name ?? void talk.say(companyText.nobodyCalled(typed));
}
