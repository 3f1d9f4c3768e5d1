/**
 * Those who keep a simulated world in order, hosts that go by what they lay down, and what must hold of that.
 *
 * @module
 */

import { HouseRules } from "../../../app/doors/rules/house_rules.ts";
import { Keeping } from "../../../app/doors/rules/keeping.ts";
import { type Measure, measures, rulesPrefix } from "../../../app/doors/rules/rule_keys.ts";
import type { Reader } from "../../../app/game/state/reader.ts";
import { type GameStore, StoreFailure } from "../../../app/game/state/store.ts";
import type { Dice } from "../../../app/game/world/dice.ts";
import { must } from "./account.ts";

/** What a keeper meant to do. */
interface MeantAct {
  readonly measure: Measure;
  /** As nobody has typed it. */
  readonly name: string;
  readonly holds: boolean;
  /** The store has said that it is done. */
  isDone: boolean;
}

/** What keepers need of their world. */
export interface KeptWorld {
  readonly dice: Dice;
  readonly names: readonly string[];
  readonly now: () => number;
  readonly hex64: () => string;
}

/** Two who keep a world, at two servers, and know nothing of each other. */
export class Keepers {
  readonly #world: KeptWorld;
  readonly #stores: readonly GameStore[];
  /** By the reason that was given, of which there is one for each. */
  readonly #meant = new Map<string, MeantAct>();
  /** How often a player was not let in. */
  refused = 0;

  constructor(world: KeptWorld, stores: readonly GameStore[]) {
    this.#world = world;
    this.#stores = stores;
  }

  /** What each of them does, `acts` measures. */
  acting(acts: number): (() => Promise<void>)[] {
    return this.#stores.map((store, i) => async () => {
      const keeping = new Keeping(store, this.#world, `keeper ${i}`);
      for (let act = 0; act < acts; act++) await this.#act(keeping);
    });
  }

  /** Whether a host, by what `store` shows, lets a player in. */
  async letsIn(store: GameStore, name: string): Promise<boolean> {
    const isBanned =
      new HouseRules(await store.list(rulesPrefix)).measure("ban", name) !== undefined;
    if (isBanned) this.refused++;
    return !isBanned;
  }

  /**
   * Compares what a replica shows with what was meant.
   *
   * @param isWhole whether no server has died, and taken with it what it had told nobody
   * @returns the same of replicas that show the same.
   */
  async check(store: Reader, isWhole: boolean): Promise<string> {
    const rules = new HouseRules(await store.list(rulesPrefix));
    const shown: string[] = [];
    for (const measure of measures) {
      for (const name of this.#world.names) {
        const meant = [...this.#meant].filter(([, act]) =>
          act.measure === measure && act.name === name
        );
        const held = rules.measure(measure, name.toUpperCase());
        if (held !== undefined) {
          const act = this.#meant.get(held.why);
          must(act?.holds === true, () => `${measure} of ${name} holds for "${held.why}"`);
          must(act?.name === name, () => `${measure} of ${name} is that of ${act?.name}`);
        } else if (isWhole) {
          const done = meant.filter(([, { isDone }]) => isDone);
          must(
            done.length === 0 || meant.some(([, { holds }]) => !holds),
            () => `${measure} of ${name} does not hold, and nobody took it back`,
          );
        }
        shown.push(`${measure} ${name} ${held?.why}`);
      }
    }
    const audit = await new Keeping({ ...store, put: nothing }, this.#world, "").audit();
    for (const { act, name, why } of audit) {
      const meant = this.#meant.get(why);
      const should = `${meant?.holds ? "" : "un"}${meant?.measure} ${meant?.name.toLowerCase()}`;
      must(`${act} ${name}` === should, () => `the log has ${act} ${name} for ${should}`);
    }
    const logged = new Set(audit.map(({ why }) => why));
    for (const [why, { isDone }] of this.#meant) {
      must(!isDone || !isWhole || logged.has(why), () => `"${why}" is done, and not in the log`);
    }
    return JSON.stringify([shown, audit.toSorted((a, b) => a.why < b.why ? -1 : 1)]);
  }

  async #act(keeping: Keeping): Promise<void> {
    const { dice, names } = this.#world;
    const name = names[dice.whole(0, names.length - 1)];
    const measure = measures[dice.whole(0, measures.length - 1)];
    const act = { measure, name, holds: dice.whole(1, 3) > 1, isDone: false };
    const why = `reason ${this.#meant.size + 1}`;
    this.#meant.set(why, act);
    const typed = [name, name.toLowerCase(), name.toUpperCase()][dice.whole(0, 2)];
    try {
      await keeping.measure(measure, typed, act.holds, why);
      act.isDone = true;
    } catch (failure) {
      if (!(failure instanceof StoreFailure)) throw failure;
    }
  }
}

/** Whoever only reads writes nothing. */
function nothing(): Promise<void> {
  throw new Error("something is written");
}
