/**
 * Every sentence about what other players do.
 *
 * @module
 */

import { presentNamesMax, saidCharsMax } from "../world/bounds.ts";
import type { News } from "../state/events.ts";
import type { Presence } from "../state/presence.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { timeText, toDoAt } from "./campus_text.ts";
import { ago, chatted } from "./company_text.ts";
import { listed, quote, you } from "./words.ts";
import { waysOut } from "./text.ts";
import { places, problemOf, scenery } from "../world/world.ts";

/** What somebody did, for those who are there. */
export function happened({ name, event }: News): string {
  switch (event.did) {
    case "wake":
      return `${name} wakes up and looks around.`;
    case "sleep":
      return `${name} goes home.`;
    case "come":
      return `${name} comes in from ${places.get(event.from)}.`;
    case "go":
      return `${name} leaves for ${places.get(event.to)}.`;
    case "say":
      return `${name} says: ${event.words}`;
    case "emote":
      return `* ${name} ${event.words}`;
    case "find":
      return `${name} finds ${counted(event.coins, "coin")} at once. The fans howl.`;
    case "solve":
      return `${name} jumps up: ${problemOf(event.rank)?.solved ?? "it is solved"}!`;
    case "tell":
      return `${name} tells you: ${event.words}`;
    case "chat":
      return chatted(name, event.words);
  }
}

/** What somebody did, for a spectator: with the place. */
export function happenedAt(news: News): string {
  return `${places.get(news.where)}: ${happened(news)}`;
}

/** Before a spectator sees anything. */
export const watching =
  "You watch, and nobody sees you. What happens anywhere is shown as it does.";

/** In front of what a spectator types. */
export const watchingPrompt = "watching>";

/** What the player has said or done; others hear it in other words. */
export const own = {
  say: (words: string) => `You say: ${words}`,
  emote: (name: string, words: string) => `* ${name} ${words}`,
  tell: (name: string, words: string) => `You tell ${name}: ${words}`,
} as const;

/** What was said, was said to nobody. */
export const unheard = "Nobody else is here to hear it; chat WORDS speaks to everybody.";

/** Nothing follows the command. */
export const speechless = {
  say: "Say what? Say say and then anything.",
  emote: "Do what? Say emote and then what you do, as in: emote yawns",
  tell: "Tell whom, and what? Say tell NAME and then anything; who lists who is here.",
} as const;

/** Too long. */
export const tooMuchSaid = `That was a little much at once. ${saidCharsMax} letters is the most.`;

/** Whoever keeps the world has forbidden it. */
export const muted = "You have been asked to be quiet for a while: nobody hears you.";

/** Too often. */
export const outOfBreath = "You are out of breath. Wait some seconds, then say it again.";

/** `tell` to somebody who is not playing. */
export function notAround(name: string, meant: string | undefined): string {
  return `Nobody called ${quote(name)} is playing at the moment.${
    meant ? ` Did you mean ${meant}?` : " who shows who is, and write leaves a letter."
  }`;
}

/** `reply` of somebody who was told nothing. */
export const nobodyTold = "Nobody has told you anything yet. tell NAME WORDS begins.";

/** `tell` to oneself. */
export const toYourself = "You think about it. Nobody has to be told.";

/** Where the player is, who else is there, and what happened lately; in brief, without the view. */
export function surroundings(
  place: string,
  others: readonly Presence[],
  lately: readonly News[],
  isBrief: boolean,
  nowMs: number,
): string[] {
  const inThePast = (news: News) => `${happened(news)} (${ago(news.event.at, nowMs)})`;
  return [
    `${places.get(place)}`,
    ...isBrief ? [] : view(place),
    waysOut(place),
    others.length === 0 ? "Nobody else is here." : company(others),
    ...lately.length > 0 ? ["A moment ago:", ...lately.map(inThePast)] : [],
  ];
}

/** After a walk to a place: what is new to the player, and who is there. */
export function arrival(place: string, others: readonly Presence[], isNew: boolean): string[] {
  return [
    ...isNew ? [...view(place), waysOut(place)] : [],
    ...others.length > 0 ? [company(others)] : [],
  ];
}

/** What there is to see in a place, and to do. */
function view(place: string): string[] {
  return [`${scenery.get(place)}`, ...toDoAt(place)];
}

function company(others: readonly Presence[]): string {
  return `Here with you: ${namesOf(others.map((each) => `${each.name} (${called(each)})`))}.`;
}

/** Everyone who is playing. */
export function playing(present: readonly Presence[], name: string | undefined): string[] {
  if (present.length === 0) return ["Nobody is playing at the moment."];
  const more = present.length - presentNamesMax;
  return [
    ...present.slice(0, presentNamesMax).map((each) =>
      `${each.name === name ? you(name) : each.name}, ${called(each)}, ${places.get(each.place)}${
        absence(each)
      }`
    ),
    ...more > 0 ? [`and ${grouped(more)} more`] : [],
  ];
}

/** The rank of somebody, and the title, if there is one. */
function called({ rank, title }: Presence): string {
  return title === undefined ? rank : `${rank}, ${title}`;
}

/** That somebody is away, or has typed nothing for a while. */
function absence({ at, away, idleSince }: Presence): string {
  if (away !== undefined) return `, away: ${away}`;
  return idleSince === undefined ? "" : `, idle for ${timeText(at - idleSince)}`;
}

function namesOf(names: readonly string[]): string {
  const more = names.length - presentNamesMax;
  return more > 0
    ? `${names.slice(0, presentNamesMax).join(", ")} and ${grouped(more)} more`
    : listed(names);
}
