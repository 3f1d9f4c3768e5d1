/**
 * Every sentence about the channel, letters, coins that change hands, groups, and who is not heard.
 *
 * @module
 */

import type { News } from "../state/events.ts";
import { companionSteps } from "../state/perks.ts";
import type { Letter } from "../state/post.ts";
import type { TransferKind } from "../state/records.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { groupSizeMax, ignoredMax, lettersShown } from "../world/bounds.ts";
import type { Rank } from "../world/world.ts";
import { listed, quote, you } from "./words.ts";

/** How long ago something was, for a line that is not new. */
export function ago(atMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - atMs) / 1_000));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${counted(seconds, "second")} ago`;
  if (seconds < 3_600) return `${counted(Math.round(seconds / 60), "minute")} ago`;
  if (seconds < 172_800) return `${counted(Math.round(seconds / 3_600), "hour")} ago`;
  return `${counted(Math.round(seconds / 86_400), "day")} ago`;
}

/** What was said on the channel. */
export function chatted(name: string, words: string): string {
  return `[chat] ${name}: ${words}`;
}

/** The last lines of the channel. */
export function chatLines(lines: readonly News[], nowMs: number): string[] {
  if (lines.length === 0) {
    return ["Nobody has said anything on the channel today. chat WORDS does."];
  }
  return lines.map(({ name, event }) =>
    event.did === "chat" ? `${chatted(name, event.words)} (${ago(event.at, nowMs)})` : ""
  );
}

/** Letters, oldest first. */
export function letterLines(letters: readonly Letter[], nowMs: number): string[] {
  if (letters.length === 0) return ["There are no letters for you. write NAME WORDS leaves one."];
  const shown = letters.slice(-lettersShown);
  return [
    ...shown.length < letters.length ? [`The last ${shown.length} of ${letters.length}:`] : [],
    ...shown.map(({ from, at, words, isNew }) =>
      `${isNew ? "New, " : ""}${from}, ${ago(at, nowMs)}: ${words}`
    ),
  ];
}

/** Letters wait for somebody who comes in. */
export function lettersWait(count: number): string {
  return `You have ${counted(count, "new letter")}: letters shows ${count === 1 ? "it" : "them"}.`;
}

/** A letter was written. */
export function wrote(name: string, words: string): string {
  return `You write to ${name}: ${words}`;
}

/** Nobody of that name has ever been here. */
export function nobodyCalled(name: string): string {
  return `Nobody called ${quote(name)} has ever enrolled.`;
}

/** A command for another player, without one, or for oneself. */
export const whom = {
  write: "Write to whom, and what? Say write NAME and then anything.",
  give: "Give whom how many coins? Say give NAME N.",
  lend: "Lend whom how many coins? Say lend NAME N.",
  repay: "Pay back whom how many coins? Say repay NAME N.",
  self: "That is you. It would change nothing.",
} as const;

/** Coins change hands, as who gives them sees it. */
export function gave(as: TransferKind, name: string, coins: number, left: number): string {
  const verb = { gift: "give", loan: "lend", repayment: "pay" }[as];
  const back = as === "repayment" ? " back" : "";
  return `You ${verb} ${name} ${counted(coins, "coin")}${back}. You have ${grouped(left)} now.`;
}

/** Coins change hands, as who gets them is told by who gives them. */
export function got(as: TransferKind, coins: number): string {
  const what = { gift: " for you", loan: ", lent to you", repayment: ", paid back to you" }[as];
  return `here ${coins === 1 ? "is" : "are"} ${counted(coins, "coin")}${what}`;
}

/** Not so many coins. */
export function tooFewToGive(count: number, coins: number): string {
  return `You cannot part with ${counted(count, "coin")}: you have ${grouped(Math.max(0, coins))}.`;
}

/** A sum that is none. */
export function badSum(typed: string): string {
  return `${quote(typed)} is no number of coins: give a whole number from 1 on.`;
}

/** Who owes whom. */
export function debtLines(debts: ReadonlyMap<string, number>): string[] {
  if (debts.size === 0) return ["You owe nobody anything, and nobody owes you."];
  return Array.from(
    debts,
    ([name, coins]) =>
      coins > 0
        ? `You owe ${name} ${counted(coins, "coin")}.`
        : `${name} owes you ${counted(-coins, "coin")}.`,
  );
}

/** Who is in the player's study group. */
export function groupLines(members: readonly string[], name: string): string[] {
  if (members.length < 2) {
    return [
      "You study alone. group NAME joins somebody's group, which takes up to " +
      `${groupSizeMax}.`,
      `Each of your group who is in the same place lets you take ${companionSteps}% more steps.`,
    ];
  }
  const others = members.filter((each) => each !== name);
  return [`You study with ${listed(others)}. group leave leaves.`];
}

/** Who came into a group, or left it. */
export const grouping = {
  joined: (name: string) => `You are in the study group of ${name} now.`,
  left: "You study alone from now on.",
  full: (name: string) => `The study group of ${name} is full: ${groupSizeMax} is the most.`,
  joins: "I am in your study group now.",
} as const;

/** Whom somebody does not hear. */
export function ignoredLines(names: readonly string[]): string {
  return names.length === 0
    ? "You hear everybody. ignore NAME changes that, and again changes it back."
    : `You do not hear ${listed(names)}. ignore NAME again changes that.`;
}

/** Whom somebody does not hear from now on, or again. */
export function ignoring(name: string, isIgnored: boolean): string {
  return isIgnored ? `You do not hear ${name} any more.` : `You hear ${name} again.`;
}

/** Too many are not heard. */
export const tooManyIgnored =
  `You ignore ${ignoredMax} people already. Perhaps it is you who should go out.`;

/** Who did how much for the round of a problem. */
export function workLines(
  rank: Rank,
  shares: readonly (readonly [name: string, steps: number])[],
  remaining: number,
  steps: number,
  name: string,
): string[] {
  return [
    `The problem of ${rank}: ${grouped(remaining)} of ${grouped(steps)} steps left.`,
    ...shares.map(([each, taken]) =>
      `${each === name ? you(name) : each}: ${
        taken === 0 ? "is at it" : `${counted(taken, "step")} taken`
      }`
    ),
  ];
}

/** What is said for those who are away and do not say why. */
export const noReason = "back soon";

/** The player is away, or back. */
export function awayness(words: string | undefined): string {
  return words === undefined ? "You are back." : `You are away: ${words}`;
}

/** For somebody who is away and plays on. */
export const stillAway = "Others are told that you are away: away ends that.";

/** What somebody says who is away. */
export function isAway(name: string, words: string): string {
  return `${name} is away: ${words}`;
}
