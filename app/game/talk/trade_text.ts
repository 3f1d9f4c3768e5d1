/**
 * Every sentence about what a player owns, and about the shop.
 *
 * @module
 */

import { countMax } from "../world/bounds.ts";
import type { Character } from "../state/character.ts";
import {
  type Hardware,
  ownedFacilities,
  ownedKinds,
  running,
  wattsFor,
} from "../world/hardware.ts";
import type { Perk } from "../world/perk.ts";
import { discounted } from "../world/rules.ts";
import { perkWords } from "./perk_text.ts";
import type { Buy, Pay } from "../state/records.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { capitalized, listed, type Manner, pieces, quote, table } from "./words.ts";
import {
  facilitiesFor,
  type FacilityFacts,
  facilityFacts,
  hardwareFacts,
  type Kind,
  kindsFor,
  places,
  type Rank,
} from "../world/world.ts";

/** What the player has, and what of it runs with `percent` more electricity than there is for everybody. */
export function inventory(coins: number, hardware: Hardware, percent: number): string[] {
  const runs = running(hardware, percent);
  const machines = ownedKinds(hardware).map((kind) => {
    const [count, on] = [hardware.get(kind)!, runs.get(kind) ?? 0];
    const idle = on < count ? ` (${on === 0 ? "none" : grouped(on)} of them running)` : "";
    return `${hardwareFacts[kind].title}: ${grouped(count)}${idle}`;
  });
  const rooms = ownedFacilities(hardware).map((kind) => facilityFacts[kind].title);
  return [
    coins < 0 ? `Coins: you owe ${grouped(-coins)}` : `Coins: ${grouped(coins)}`,
    ...machines,
    ...rooms.length === 0 ? [] : [`Also: ${listed(rooms)}`],
    `Electricity: ${electricity(hardware, percent)}`,
  ];
}

/** "500 of 800 W in use" */
function electricity(hardware: Hardware, percent: number): string {
  let used = 0;
  for (const [kind, count] of running(hardware, percent)) {
    used += count * hardwareFacts[kind].watts;
  }
  const watts = wattsFor(hardware, percent);
  return `${grouped(Math.min(used, watts))} of ${grouped(watts)} W in use`;
}

/** What the shop offers to a player, with prices `off` percent lower and `percent` more electricity. */
export function shop(
  { rank, coins, hardware, place }: Character,
  { prices, supply }: Required<Perk>,
  manner: Manner,
): string[] {
  const facts = kindsFor(rank).map((kind) => ({ kind, ...hardwareFacts[kind] }));
  const rooms = facilitiesFor(rank).filter((kind) => !hardware.has(kind))
    .map((kind) => ({ kind, ...facilityFacts[kind] }));
  const cost = (price: number) => counted(discounted(price, prices), "coin");
  return [
    `What the shop sells at your rank, ${rank}:`,
    ...manner === "spoken"
      ? facts.map(({ kind, title, price, power, watts }) =>
        `${title}, called ${kind}: ${cost(price)} for a power of ${grouped(power)}, ` +
        `takes ${grouped(watts)} W.`
      )
      : table(facts.map(({ kind, title, price, power, watts }) => [
        ...[kind, title, cost(price), `power ${grouped(power)}`, `takes ${grouped(watts)} W`],
      ])),
    ...rooms.length === 0 ? [] : [
      "And for the machines to stand in, one of each:",
      ...manner === "spoken"
        ? rooms.map(({ kind, title, price, ...brings }) =>
          `${title}, called ${kind}: ${cost(price)}, ${broughtBy(brings, place)}.`
        )
        : table(rooms.map(({ kind, price, ...brings }) => [
          ...[kind, cost(price), broughtBy(brings, place)],
        ])),
    ],
    ...prices === 0 ? [] : [
      `Prices are ${Math.abs(prices)}% ${prices > 0 ? "lower" : "higher"} for you here and now.`,
    ],
    `You have ${counted(coins, "coin")}, and ${electricity(hardware, supply)}.`,
  ];
}

/** What something brings that machines stand in, and where it is sold, for somebody who is at `here`. */
function broughtBy(
  { watts, perk, place }: Omit<FacilityFacts, "title" | "price">,
  here: string,
): string {
  const brings = [
    ...watts > 0 ? [`brings ${grouped(watts)} W`] : [],
    ...perk === undefined ? [] : [perkWords(perk)],
    ...place === undefined ? [] : [place === here ? "sold here" : `sold at ${places.get(place)}`],
  ];
  return brings.join(", ");
}

/** A purchase without a thing. */
export const buyWhat = "Buy what? Say buy HARDWARE or buy HARDWARE N; shop lists what there is.";

/** A thing that nobody sells. */
export function unknownHardware(text: string, meant: string | undefined): string {
  return `The shop has never heard of ${quote(text)}.${
    meant ? ` Did you mean ${meant}?` : " Type shop to see what it has."
  }`;
}

/** A thing for higher ranks. */
export function notForYou(kind: Kind, rank: Rank): string[] {
  const { title, from } = hardwareFacts[kind] ?? facilityFacts[kind];
  const are = kind in hardwareFacts ? "are" : "is";
  return [
    `${capitalized(title)} ${are} sold from the rank of ${from} on.`,
    `They look at your student card, which says ${rank}, and smile.`,
  ];
}

/** A number of things that is none. */
export function badNumber(text: string): string[] {
  return [
    `You cannot buy ${quote(text)} of anything.`,
    `Give a whole number from 1 to ${grouped(countMax)}, or none for all you can afford.`,
  ];
}

/** Too few coins. */
export function tooDear(kind: Kind, count: number, cost: number, coins: number): string {
  const verb = count === 1 ? "costs" : "cost";
  return `${capitalized(pieces(kind, count))} ${verb} ${counted(cost, "coin")}, and you have ${
    grouped(Math.max(0, coins))
  }.`;
}

/** What to do about too few coins. */
export function mineFor(kind: Kind): string {
  return `mine for ${kind} goes on until you can pay it.`;
}

/** A machine that could not run. */
export function noElectricity(kind: Kind): string[] {
  const { one, watts } = hardwareFacts[kind];
  return [
    `Another ${one} takes ${grouped(watts)} W that nothing here has left: it would be furniture.`,
    `The shop has what brings more; buy ${kind} 1 buys furniture.`,
  ];
}

/** A second one of what nobody has two of. */
export function hasItAlready(kind: Kind): string {
  return `You have ${facilityFacts[kind].title} already, and one is all there is room for.`;
}

/** Where one must be to buy something. */
export function soldElsewhere(title: string, place: string): string {
  return `You get ${title} only at ${places.get(place)}.`;
}

/** What was bought, for machines to stand in, brings electricity. */
export function broughtWatts(watts: number): string {
  return `That brings ${grouped(watts)} W.`;
}

/** A purchase that counts, and the computing power, if that has become another one. */
export function bought(kind: Kind, count: number, cost: number, power?: number): string {
  const deal = `You buy ${pieces(kind, count)} for ${counted(cost, "coin")}.`;
  return power === undefined ? deal : `${deal} Your computing power is now ${grouped(power)}.`;
}

/** After a purchase of fewer than the coins would have bought. */
export const noMoreRuns = "For more than that there is no electricity: shop has what brings more.";

/** What was bought does not all run. */
export function furniture(kind: Kind, count: number): string {
  return `${pieces(kind, count)} of what you own ${count === 1 ? "has" : "have"} no electricity.`;
}

/** A purchase that turned out not to count. */
export function voided(act: Buy | Pay): string {
  if (act.deed === "pay") {
    return "A signature is taken back. Those coins were already spent, by you, somewhere else.";
  }
  const { kind, count } = act;
  return `The shop calls: ${pieces(kind, count)} ${count === 1 ? "has" : "have"} to go back. ` +
    "Those coins were already spent, by you, somewhere else at the same time.";
}

/** A purchase that counts after all. */
export function restored(act: Buy | Pay): string {
  return act.deed === "pay"
    ? "The signature is good after all."
    : `The shop calls again: you may keep ${pieces(act.kind, act.count)} after all.`;
}
