/**
 * Every sentence about what the campus has besides machines: people, things, courses, events, terms.
 *
 * @module
 */

import { careersMax } from "../world/bounds.ts";
import type { TermOfCareer } from "../state/career.ts";
import type { Term } from "../state/term.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import type { Happening } from "../world/events.ts";
import {
  type Course,
  holderOf,
  peopleAt,
  perkAt,
  type Person,
  places,
  type Rank,
  ranks,
  type Stage,
  thingsAt,
  world,
} from "../world/world.ts";
import { perkWords } from "./perk_text.ts";
import { alternatives, glossary, listed, type Manner, quote } from "./words.ts";

/** What there is to do in a place. */
export function toDoAt(place: string): string[] {
  const people = peopleAt(place);
  const things = thingsAt(place).filter(({ hidden }) => !hidden);
  const perk = perkAt(place);
  return [
    ...people.map(({ title }) => title),
    ...people.length > 0 ? [`To talk to: ${people.map(({ person }) => person).join(", ")}.`] : [],
    ...things.length > 0 ? [`To read: ${things.map(({ thing }) => thing).join(", ")}.`] : [],
    ...perk === undefined ? [] : [`Here, ${perkWords(perk)}.`],
  ];
}

/** There is nothing like it to be read here. */
export function nothingToRead(typed: string, place: string): string {
  const things = thingsAt(place).filter(({ hidden }) => !hidden).map(({ thing }) => thing);
  const here = things.length === 0
    ? "There is nothing to read here."
    : `You can read the ${alternatives(things)} here.`;
  return typed === "" ? here : `You find no ${quote(typed)} to read. ${here}`;
}

/** Nobody like that is here. */
export function nobodyToTalkTo(typed: string, place: string): string {
  const people = peopleAt(place).map(({ person }) => person);
  const here = people.length === 0
    ? "Nobody is here who belongs to the place; say and tell are for other players."
    : `You can talk to the ${alternatives(people)} here.`;
  return typed === "" ? here : `There is no ${quote(typed)} here. ${here}`;
}

/** What `person` says to somebody of `rank`. */
export function saidBy({ says }: Person, rank: Rank): readonly string[] {
  const reached = (from: Rank | undefined) =>
    from === undefined || ranks.indexOf(from) <= ranks.indexOf(rank);
  return (says.findLast(({ from }) => reached(from)) ?? says[0]).lines;
}

/** What a problem wants besides machines. */
export function wanted({ needs, story }: Stage): string[] {
  const read = world.things?.find(({ thing }) => thing === needs.read);
  const talk = world.people?.find(({ person }) => person === needs.talk);
  const todo = [
    ...read ? [`read ${read.thing} at ${places.get(read.place)}`] : [],
    ...talk ? [`talk ${talk.person} at ${places.get(talk.place)}`] : [],
    ...needs.sign ? ["have it signed (help signing)"] : [],
  ];
  return [story, `To go on: ${listed(todo)}. Then come back; resign lets you go.`];
}

/** What the problem wanted has been done. */
export const noLongerWanted = "That is what your problem wanted: solve goes on with it.";

/** What somebody is called from now on. */
export function calledNow(titles: readonly string[]): string {
  return `From now on they call you ${listed(titles)}.`;
}

/** The courses that may be taken, and those that were. */
export function courseList(
  taken: readonly Course[],
  rank: Rank | undefined,
  open: readonly Course[],
  manner: Manner,
): string[] {
  return [
    ...taken.map(({ title, perk }) => `You took ${title} (${perkWords(perk)}).`),
    ...rank === undefined
      ? [taken.length > 0 ? "There is none to take at the moment." : noCourses]
      : [
        `Of the courses for ${holderOf(rank)} you may take one, for good: course NAME.`,
        ...glossary(
          open.map(({ course, title, perk }) => [course, `${title} (${perkWords(perk)})`]),
          manner,
        ),
      ],
  ];
}

const noCourses = "There are no courses for you yet: the first ones come with a degree.";

/** A course that was taken. */
export function tookCourse({ title, perk }: Course): string {
  return `You take ${title}. From now on, ${perkWords(perk)}.`;
}

/** A course that there is not. */
export function unknownCourse(typed: string, open: readonly Course[]): string {
  return `There is no course called ${quote(typed)}: say ${
    alternatives(open.map(({ course }) => course))
  }.`;
}

/** After a rise, if there is a course to take. */
export const courseWaits = "You may take a course now: course lists them.";

/** What happens to everybody, and for how long. */
export function happening(now: Happening | undefined): string[] {
  return now === undefined
    ? ["Nothing out of the ordinary happens at the moment. Wait some minutes."]
    : [now.event.begins, `It goes on for ${timeText(now.leftMs)}.`];
}

/** How long, in the largest unit that says enough. */
export function timeText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return counted(minutes, "minute");
  const hours = Math.round(minutes / 60);
  return hours < 48 ? counted(hours, "hour") : counted(Math.round(hours / 24), "day");
}

/** Which term it is, and how much of it is left. */
export function termNow({ number, endsMs }: Term, nowMs: number): string {
  return `It is term ${grouped(number)}; it goes on for ${timeText(endsMs - nowMs)}.`;
}

/** A term is over in the middle of the game. */
export function termOver(number: number): string[] {
  return [
    `Term ${grouped(number)} is over. The machines are switched off, one after the other.`,
    "A new term begins, for everybody from the beginning. What you came to stays on your card.",
  ];
}

/** What somebody came to in earlier terms. */
export function careerLines(career: readonly TermOfCareer[]): string[] {
  return career.map(({ term, rank, mined }) =>
    `Term ${grouped(term)}: ${rank}, ${counted(mined, "coin")} mined`
  );
}

/** What somebody who was here in earlier terms hears in a new one. */
export function newTerm(career: readonly TermOfCareer[], retirements: number): string[] {
  const perk = world.term?.perk;
  return [
    "It is a new term, and you begin again. Some people remember you.",
    ...careerLines(career),
    ...retirements > 0 && perk !== undefined
      ? [`For each time you retired, up to ${careersMax}: ${perkWords(perk)}.`]
      : [],
  ];
}

/** Titles that somebody has, and what there is to come. */
export function titleList(titles: readonly string[], left: number): string[] {
  return [
    titles.length === 0 ? "Nobody calls you anything yet." : `They call you ${listed(titles)}.`,
    left === 0
      ? "There is nothing else you could be called."
      : `There ${left === 1 ? "is one title" : `are ${grouped(left)} titles`} yet to be had.`,
  ];
}

/** A signature for somebody else. */
export function signedFor(name: string, rank: Rank): string {
  return `You read it twice, and sign what ${name} did on the problem of ${rank}.`;
}

/** Somebody else's signature, as others at the place see it. */
export function signs(name: string): string {
  return `signs what ${name} did.`;
}

/** A signature that was paid for. */
export function signedByPerson(coins: number): string {
  return `It is read, slowly, and signed. That makes ${counted(coins, "coin")}.`;
}

/** Why somebody cannot sign, or be signed for. */
export const cannotSign = {
  whom: "Sign for whom? Say sign NAME for a player here, or name who signs for coins.",
  self: "Nobody signs for themselves. That is the idea.",
  sameRank: (name: string, rank: Rank) =>
    `${name} is ${holderOf(rank)}, as you are: somebody of another rank has to sign.`,
  away: (name: string) => `${quote(name)} is not here. Whoever signs has to be in the same place.`,
  nothing: (name: string) => `${name} has nothing that wants a signature.`,
  already: "It is signed already. You can go on with it.",
  coins: (cost: number, coins: number) =>
    `A signature costs ${counted(cost, "coin")}, and you have ${grouped(coins)}.`,
} as const;

/** The terms that are over, and what somebody who asks for another one hears. */
export function fameOf(term: number): string {
  return `The hall of fame, term ${grouped(term)}:`;
}

/** There is no such term. */
export function noFame(typed: string, last: number): string {
  return last === 0
    ? "The first term is not over yet. Until then: leaderboard."
    : `There is no term ${quote(typed)} in the hall of fame: say 1 to ${grouped(last)}.`;
}
