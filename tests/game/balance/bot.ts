/**
 * A player who plays well: types commands, and knows of the game what its answers say and what
 * `docs/game.md` has.
 *
 * @module
 */

import { powerOf } from "../../../app/game/world/hardware.ts";
import { together } from "../../../app/game/world/perk.ts";
import {
  facilitiesFor,
  facilityFacts,
  kindsFor,
  perkAt,
  places,
  problemSteps,
  ranks,
  world,
} from "../../../app/game/world/world.ts";

/** How somebody plays. */
export interface Strategy {
  readonly name: string;
  /** The course that it takes at each rank. */
  readonly course: string;
  /** By how much dearer what machines stand in may be than what it saves, in attempts. */
  readonly patience: number;
  /** Whether it goes where something happens. */
  readonly roams: boolean;
}

/** Those that are compared. */
export const strategies: readonly Strategy[] = [
  { name: "Builder", course: "machines", patience: 1.6, roams: false },
  { name: "Thinker", course: "theory", patience: 0.7, roams: false },
  { name: "Trader", course: "markets", patience: 1, roams: true },
];

/** Attempts at mining, and at solving, in one line. */
const attemptsPerLine = 10;

/** One term of somebody with a strategy. */
export class Bot {
  /** The number of its rank. */
  rank = 0;
  readonly #strategy: Strategy;
  readonly #heard: () => string;
  #place = world.start;
  #coins = 0;
  #power = 1;
  #owned = new Map<string, number>();
  #lastEvent = "";

  /** @param heard all that was said since it was asked last */
  constructor(strategy: Strategy, heard: () => string) {
    this.#strategy = strategy;
    this.#heard = heard;
  }

  /** Types one line after the other, until it has retired. */
  *play(): Generator<string> {
    if (world.ranks[0].courses !== undefined) yield `course ${this.#strategy.course}`;
    yield "stats";
    while (this.rank < ranks.length - 1) {
      yield* this.#look();
      yield* this.#build();
      yield* this.#solve();
    }
    yield "quit";
  }

  /** Learns what it has. */
  *#look(): Generator<string> {
    this.#heard();
    yield "inv";
    yield "stats";
    const said = this.#heard();
    this.#coins = numberAfter(said, "Coins: ");
    this.#power = numberAfter(said, "Computing power: ");
    this.#owned = new Map();
    for (const { kind, title } of world.hardware) {
      const count = numberAfter(said, `${title}: `);
      if (count > 0) this.#owned.set(kind, count);
    }
    const also = /^Also: (.*)$/m.exec(said)?.[1] ?? "";
    for (const { kind, title } of world.facilities ?? []) {
      if (also.includes(title)) this.#owned.set(kind, 1);
    }
    if (this.#strategy.roams) yield* this.#readEvents();
  }

  *#readEvents(): Generator<string> {
    yield "events";
    const said = this.#heard();
    this.#lastEvent = world.events?.find(({ begins }) => said.includes(begins))?.event ?? "";
  }

  /** Buys machines, and what they stand in as long as that pays. */
  *#build(): Generator<string> {
    yield* this.#buyMachines();
    for (;;) {
      const facility = this.#worthwhile();
      if (facility === undefined) return;
      yield* this.#earn(facilityFacts[facility].price);
      const { place } = facilityFacts[facility];
      yield* this.#go(place ?? this.#bestPlace("prices"));
      yield `buy ${facility}`;
      yield* this.#look();
      yield* this.#buyMachines();
    }
  }

  /** What machines stand in that saves more attempts at solving than it takes at mining. */
  #worthwhile(): string | undefined {
    const rank = ranks[this.rank];
    const steps = problemSteps.get(rank)!;
    const open = facilitiesFor(rank).filter((kind) =>
      !this.#owned.has(kind) && facilityFacts[kind].watts > 0
    );
    return open.find((kind) => {
      const grown = this.#withBest(new Map([...this.#owned, [kind, 1]]));
      const price = facilityFacts[kind].price / (0.5 * this.#power);
      const saved = steps / this.#power - steps / grown;
      return price <= saved * 1.5 * this.#strategy.patience;
    });
  }

  /** The power of somebody who owns `owned`, and as many of the best machines as there is room for. */
  #withBest(owned: ReadonlyMap<string, number>): number {
    const all = new Map(owned);
    for (const kind of kindsFor(ranks[this.rank])) all.set(kind, 1_000);
    return powerOf(all);
  }

  *#buyMachines(): Generator<string> {
    for (;;) {
      const power = this.#power;
      for (const kind of kindsFor(ranks[this.rank]).reverse()) yield `buy ${kind}`;
      yield* this.#look();
      // What is dear is bought once there is enough for one.
      const dear = world.hardware.find(({ kind }) => kind === kindsFor(ranks[this.rank]).at(-1))!;
      const isFull = this.#power >= this.#withBest(this.#owned) * 0.95;
      if (isFull || (this.#power === power && this.#coins > 10 * dear.price)) return;
      yield* this.#mineOnce();
    }
  }

  *#earn(price: number): Generator<string> {
    while (this.#coins < price) yield* this.#mineOnce();
  }

  *#mineOnce(): Generator<string> {
    yield* this.#go(this.#bestPlace("mining"));
    this.#heard();
    yield `mine ${attemptsPerLine}`;
    const said = this.#heard();
    this.#coins = numberAfter(said, "You have ");
    if (this.#strategy.roams) yield* this.#readEvents();
  }

  *#solve(): Generator<string> {
    yield* this.#go(this.#bestPlace("steps"));
    yield "solve";
    for (;;) {
      this.#heard();
      yield `solve ${attemptsPerLine}`;
      const said = this.#heard();
      if (said.includes("You may take a course") || said.includes("Thank you for playing")) {
        this.rank++;
        if (said.includes("course")) yield `course ${this.#strategy.course}`;
        return;
      }
      const wanted = /^To go on: (.*?)(?: at (.*?))?(?: \(.*?)?\. Then/m.exec(said);
      if (wanted !== null) {
        yield "resign";
        yield* this.#fetch(wanted[1], wanted[2]);
        return;
      }
      if (said.includes("Smoke")) {
        for (const kind of kindsFor(ranks[this.rank]).reverse()) yield `buy ${kind}`;
        yield "inv";
        if (said.includes("library")) return;
      }
    }
  }

  /** Does what a problem wants. */
  *#fetch(what: string, title: string | undefined): Generator<string> {
    if (title !== undefined) {
      yield* this.#go([...places].find(([, each]) => each === title)![0]);
      yield what;
      return;
    }
    const signer = world.people!.find(({ signsFor }) => signsFor !== undefined)!;
    yield* this.#look();
    yield* this.#earn(signer.signsFor![this.rank]);
    yield* this.#go(signer.place);
    yield `sign ${signer.person}`;
  }

  /** Where most is easier of one sort. */
  #bestPlace(sort: "mining" | "steps" | "prices"): string {
    const event = world.events?.find(({ event }) => event === this.#lastEvent);
    const worth = (place: string) =>
      together([perkAt(place), event?.place === place ? event.perk : undefined])[sort];
    return [...places.keys()].reduce((best, place) => worth(place) > worth(best) ? place : best);
  }

  *#go(place: string): Generator<string> {
    if (place === this.#place) return;
    this.#place = place;
    yield `move ${place}`;
  }
}

function numberAfter(said: string, words: string): number {
  const at = said.lastIndexOf(words);
  const [digits] = at < 0 ? ["0"] : /^[\d,]*/.exec(said.slice(at + words.length))!;
  return Number(digits.replaceAll(",", ""));
}
