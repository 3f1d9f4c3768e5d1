/**
 * The commands for what the campus has besides machines: things, people, courses, events, terms.
 *
 * @module
 */

import type { MarkVerb } from "../state/keys.ts";
import { keys } from "../state/keys.ts";
import { pay } from "../state/moves.ts";
import { coursesTaken } from "../state/perks.ts";
import { readPresent } from "../state/presence.ts";
import { present } from "../state/records.ts";
import { isSigned, signatureOf } from "../state/stages.ts";
import { TermReader } from "../state/term_store.ts";
import { titlesOf } from "../state/titles.ts";
import * as campusText from "../talk/campus_text.ts";
import { type CampusCommand, parseCount } from "../talk/commands.ts";
import { countMax } from "../world/bounds.ts";
import { addressee, nameFrom } from "../world/names.ts";
import {
  type Course,
  coursesOf,
  isAtLeast,
  peopleAt,
  type Person,
  type Rank,
  ranks,
  thingsAt,
  world,
} from "../world/world.ts";
import type { Command, PlayerContext } from "./player_context.ts";
import { tellLeaders } from "./social.ts";

/** What each command does. */
export const campus: Readonly<Record<CampusCommand, Command>> = {
  async read(player, args) {
    const { place } = await player.refresh();
    const thing = find(thingsAt(place), ({ thing }) => thing, args);
    const typed = args.join(" ");
    if (thing === undefined) return player.talk.say(campusText.nothingToRead(typed, place));
    player.talk.say(thing.text, "story");
    await mark(player, "read", thing.thing);
  },

  async talk(player, args) {
    const { place, rank } = await player.refresh();
    const person = find(peopleAt(place), ({ person }) => person, args);
    const typed = args.join(" ");
    if (person === undefined) return player.talk.say(campusText.nobodyToTalkTo(typed, place));
    player.talk.say(campusText.saidBy(person, rank), "story");
    await mark(player, "met", `${person.person}/${rank}`);
  },

  async course(player, args) {
    const { talk, session } = player;
    const character = await player.refresh();
    const taken = coursesTaken(character.marks);
    const rank = openRank(character.rank, character.marks.took);
    const open = rank === undefined ? [] : coursesOf(rank);
    const typed = args.join(" ").toLowerCase();
    const list = () => talk.say(campusText.courseList(taken, rank, open, talk.manner));
    if (typed === "" || rank === undefined) return list();
    const course = find(open, ({ course }: Course) => course, args);
    if (course === undefined) return talk.say(campusText.unknownCourse(typed, open));
    await session.declare(keys.mark(session.name, "took", `${rank}/${course.course}`));
    talk.say(campusText.tookCourse(course));
  },

  async sign(player, [typed]) {
    const { talk, session } = player;
    const { cannotSign } = campusText;
    if (typed === undefined) return talk.say(cannotSign.whom);
    const { place, rank } = await player.refresh();
    const person = find(peopleAt(place), ({ person }) => person, [typed]);
    if (person !== undefined) return await askToSign(player, person);
    const given = nameFrom(typed);
    const { records } = await session.steadily(() => readPresent(session, session.now()));
    const here = records.filter((each) => each.place === place);
    const name = addressee(given, [session.name, ...here.map(({ name }) => name)]);
    if (name === session.name) return talk.say(cannotSign.self);
    const other = here.find((each) => each.name === name);
    if (name === undefined || other === undefined) return talk.say(cannotSign.away(given));
    if (other.rank === rank) return talk.say(cannotSign.sameRank(name, rank));
    if (!wantsSignature(other.rank)) return talk.say(cannotSign.nothing(name));
    await session.declareAll([
      [keys.mark(name, "signed", `${other.rank}/${session.name}`), present],
      [keys.mark(session.name, "gave", `${name}/${other.rank}`), present],
    ]);
    player.publisher.publish(place, { did: "emote", words: campusText.signs(name) });
    talk.say(campusText.signedFor(name, other.rank));
    await player.refresh();
  },

  async events(player) {
    const { talk, session, term } = player;
    await player.refreshPlace();
    talk.say(campusText.happening(player.happening));
    if (term !== undefined) talk.say(campusText.termNow(term, session.now()));
  },

  async titles(player) {
    const character = await player.refresh();
    const titles = titlesOf(character, player.career);
    const left = (world.titles ?? []).length - titles.length;
    player.talk.say(campusText.titleList(titles, left));
    player.talk.say(campusText.careerLines(player.career));
  },

  async fame(player, args) {
    const { talk } = player;
    const last = player.term!.number - 1;
    const typed = args.join(" ");
    const term = typed === "" ? last : parseCount(typed, countMax) ?? 0;
    if (term < 1 || term > last) return talk.say(campusText.noFame(typed, last));
    await tellFame(player, term);
  },
};

/** Says who came furthest in a term that is over. */
export async function tellFame(player: PlayerContext, term: number): Promise<void> {
  await tellLeaders(player, new TermReader(player.store, term), [campusText.fameOf(term)]);
}

/** The one of `things` whose name is what was typed, or the only one whose name begins so. */
function find<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  args: readonly string[],
): T | undefined {
  const typed = args.join("_").toLowerCase();
  const begun = things.filter((thing) => nameOf(thing).startsWith(typed));
  return things.find((thing) => nameOf(thing) === typed) ??
    (typed !== "" && begun.length === 1 ? begun[0] : undefined);
}

/** Notes what the player has read, or whom it met, if that is not noted yet. */
async function mark(player: PlayerContext, verb: MarkVerb, what: string): Promise<void> {
  const { session, known } = player;
  if (known?.marks[verb].has(what)) return;
  await session.declare(keys.mark(session.name, verb, what));
  await player.refresh();
}

/** The lowest rank that somebody has reached and took no course of. */
function openRank(rank: Rank, took: ReadonlySet<string>): Rank | undefined {
  return ranks.find((each) =>
    isAtLeast(rank, each) && coursesOf(each).length > 0 &&
    !coursesOf(each).some(({ course }) => took.has(`${each}/${course}`))
  );
}

function wantsSignature(rank: Rank): boolean {
  const stages = world.ranks[ranks.indexOf(rank)]?.problem?.stages ?? [];
  return stages.some(({ needs }) => needs.sign);
}

/** Has somebody sign who belongs to the place, for coins. */
async function askToSign(player: PlayerContext, person: Person): Promise<void> {
  const { talk, session } = player;
  const { cannotSign } = campusText;
  const character = player.known!;
  const { rank, coins } = character;
  const cost = person.signsFor?.[ranks.indexOf(rank)];
  if (cost === undefined) return talk.say(cannotSign.whom);
  if (!wantsSignature(rank)) return talk.say(cannotSign.nothing(session.name));
  if (isSigned(character, rank)) return talk.say(cannotSign.already);
  if (cost > coins) return talk.say(cannotSign.coins(cost, coins));
  await pay(session, character, signatureOf(rank), cost);
  const after = await player.refresh();
  if (isSigned(after, rank)) talk.say(campusText.signedByPerson(cost));
}
