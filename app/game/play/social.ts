/**
 * The commands that have to do with other players, in the field and in a battle alike.
 *
 * @module
 */

import { eventBucketMs, saidCharsMax } from "../world/bounds.ts";
import { bucketsAround } from "../state/buckets.ts";
import { listAll, type Reader } from "../state/reader.ts";
import type { SocialCommand } from "../talk/commands.ts";
import { parseLetters, parseScene } from "../state/events.ts";
import { prefixes } from "../state/keys.ts";
import { readLeaders } from "../state/leaders.ts";
import * as newsText from "../talk/news_text.ts";
import { type Presence, readPresent } from "../state/presence.ts";
import type { Parsed } from "../state/records.ts";
import type { Session } from "../state/session.ts";
import * as text from "../talk/text.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { inOrder, recent } from "../state/news_filter.ts";
import { isVisible } from "../../cli/visible.ts";
import { addressee, nameFrom, playerOf } from "../world/names.ts";
import { suggest } from "../../cli/suggest.ts";
import * as campusText from "../talk/campus_text.ts";
import * as companyText from "../talk/company_text.ts";

/** What each command does. */
export const social: Readonly<Record<SocialCommand, Command>> = {
  async say(player, args) {
    const words = wordsFor(newsText.speechless.say, player, args);
    if (words === undefined) return;
    const place = await player.refreshPlace();
    const said = await player.publisher.broadcast(place, { did: "say", words });
    player.talk.say(said ? newsText.own.say(words) : newsText.outOfBreath);
    if (!said || !player.isFirst("say")) return;
    if ((await othersAt(player, place)).records.length === 0) player.talk.say(newsText.unheard);
  },

  async emote(player, args) {
    const words = wordsFor(newsText.speechless.emote, player, args);
    if (words === undefined) return;
    const place = await player.refreshPlace();
    const done = await player.publisher.broadcast(place, { did: "emote", words });
    player.talk.say(done ? newsText.own.emote(player.session.name, words) : newsText.outOfBreath);
  },

  async tell(player, [typed = "", ...args]) {
    const given = nameFrom(typed);
    const { talk, session } = player;
    const words = wordsFor(newsText.speechless.tell, player, args);
    if (words === undefined) return;
    const { records } = await session.steadily(() => readPresent(session, session.now()));
    const others = records.map(({ name }) => name).filter((name) => name !== session.name);
    const name = addressee(given, [session.name, ...others]);
    if (name === session.name) return talk.say(newsText.toYourself);
    if (name === undefined) return talk.say(newsText.notAround(given, suggest(given, others)));
    const { away } = records.find((each) => each.name === name)!;
    const told = await player.publisher.whisper(name, { did: "tell", words });
    talk.say(told ? newsText.own.tell(name, words) : newsText.outOfBreath);
    if (told && away !== undefined) talk.say(companyText.isAway(name, away));
  },

  async who({ talk, session }) {
    const { records, skipped } = await session.steadily(() => readPresent(session, session.now()));
    talk.say(newsText.playing(records, session.name));
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  async look(player) {
    const { talk, session } = player;
    const place = await player.refreshPlace();
    const [present, scene, letters] = await session.steadily(() =>
      Promise.all([
        othersAt(player, place),
        readEvents(session, (bucket) => prefixes.scenes(bucket, place)),
        readEvents(session, (bucket) => prefixes.letters(bucket, session.name)),
      ])
    );
    const isOwn = (id: string) => playerOf(id) === session.name;
    const seen = recent(scene, { parse: parseScene, isOwn });
    const told = recent(letters, { parse: parseLetters, isOwn });
    const lately = inOrder([...seen.records, ...told.records])
      .filter(({ name }) => !player.ignored.has(name))
      // In a pipe nothing was told unasked.
      .filter((each) => !talk.isTerminal || player.toldNews.isNew(each));
    const nowMs = session.now();
    talk.say(newsText.surroundings(place, present.records, lately, player.isBrief, nowMs));
    player.isFirst(`place/${place}`);
    if (player.happening !== undefined) talk.say(campusText.happening(player.happening));
    const skipped = present.skipped + seen.skipped + told.skipped;
    if (skipped > 0) talk.say(text.skippedRecords(skipped));
  },

  leaderboard: (player) => tellLeaders(player, player.session),
};

/** Who else is at a place. */
export async function othersAt(
  { session }: PlayerContext,
  place: string,
): Promise<Parsed<Presence>> {
  const { records, skipped } = await session.steadily(() => readPresent(session, session.now()));
  const others = records.filter((each) => each.place === place && each.name !== session.name);
  return { records: others, skipped };
}

/** Says who came furthest by what `reader` reads, below a heading. */
export async function tellLeaders(
  { talk, session, isHidden }: PlayerContext,
  reader: Reader,
  heading: readonly string[] = [],
): Promise<void> {
  const { standings, skipped } = await session.steadily(() => readLeaders(reader));
  // The ends of sessions are counted for problems too, so those of hidden players are there to be read.
  const seen = standings.filter(({ name }) => name === session.name || !isHidden(name));
  talk.say([...heading, ...text.leaderboard(seen, session.name, talk.manner)]);
  if (skipped > 0) talk.say(text.skippedRecords(skipped));
}

/**
 * What is to be said or written, or nothing when the player has been told why it cannot be.
 *
 * @param speechless what the player is told who gives no words
 */
export function wordsFor(
  speechless: string,
  player: PlayerContext,
  args: readonly string[],
): string | undefined {
  const words = args.join(" ");
  if (!maySay(player, words)) return undefined;
  return isVisible(words) ? words : void player.talk.say(speechless);
}

/** Whether the player may say `words`; otherwise the player has been told why not. */
export function maySay({ talk, isMuted }: PlayerContext, words: string): boolean {
  const refusal = isMuted()
    ? newsText.muted
    : words.length > saidCharsMax
    ? newsText.tooMuchSaid
    : undefined;
  if (refusal !== undefined) talk.say(refusal);
  return refusal === undefined;
}

function readEvents(
  session: Session,
  prefix: (bucket: number) => string,
): Promise<Map<string, string>> {
  return listAll(session, bucketsAround(session.now(), eventBucketMs).map(prefix));
}
