/** A round that several finish at once has one winner. */

import { readCharacter } from "../../app/game/state/character.ts";
import { keys } from "../../app/game/state/keys.ts";
import { attempt, face, readSelf } from "../../app/game/state/moves.ts";
import { Session } from "../../app/game/state/session.ts";
import type { Dice } from "../../app/game/world/dice.ts";
import { settleAfterMs } from "../../app/game/world/bounds.ts";
import { assertEquals } from "../deps.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { company } from "./company.ts";
import { loadedDice, MemoryStore, napkinRead, seededDice } from "./stage.ts";

/** A server that answers calls in any order. */
class BusyStore extends MemoryStore {
  constructor(readonly dice: Dice) {
    super();
  }

  override async get(key: string) {
    await this.#wait();
    return await super.get(key);
  }

  override async put(key: string, value: string) {
    await this.#wait();
    await super.put(key, value);
    await this.#wait();
  }

  override async list(prefix: string) {
    await this.#wait();
    return await super.list(prefix);
  }

  async #wait(): Promise<void> {
    for (let turns = this.dice.whole(0, 20); turns > 0; turns--) await undefined;
  }
}

const names = ["Ada", "Bob", "Cleo", "Dan"];
const seeds = 300;

Deno.test("of four who finish a round at the same moment, one rises", async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const store = new BusyStore(seededDice(seed));
    const random = new Prng(seed);
    let nowMs = 1_000_000;
    const environment = { now: () => nowMs, monotonicMs: () => nowMs, hex64: () => random.hex64() };
    const sessions = names.map((name) => new Session(name, store, environment));
    const desk = JSON.stringify({ deed: "buy", kind: "gpu", count: 99, cost: 495, seen: 999 });
    const reactor = { deed: "buy", kind: "reactor", count: 1, cost: 1_500_000, seen: 2_000_000 };
    for (const name of names) {
      const session = `${name}.${"0".repeat(16)}`;
      store.entries.set(keys.deed(name, 1, session), desk);
      store.entries.set(keys.deed(name, 2, session), JSON.stringify(reactor));
    }
    await Promise.all(sessions.map(async (session) => {
      const problem = await face(session, "Undergraduate");
      const character = await readSelf(session);
      // A hit of all the steps that the problem has.
      await attempt(session, character, problem, loadedDice(4));
    }));
    nowMs += settleAfterMs;
    for (const session of sessions) await face(session, "Undergraduate");
    const risen = [...store.entries.keys()].filter((key) => key.startsWith("risen/"));
    assertEquals(risen.length, 1, `seed ${seed}: ${risen}`);
    const ranks = await Promise.all(names.map((name) => readCharacter(store, name)));
    assertEquals(ranks.filter(({ rank }) => rank === "Masters").length, 1, `seed ${seed}`);
  }
});

Deno.test("who takes the last step beside another one waits for the logs, and is told", async () => {
  const { store, clock, ada, bob } = await company({ dice: loadedDice(4) });
  const total = JSON.stringify({ total: 99, n: 7, at: 0 });
  store.entries.set("damage/Undergraduate/1/Eve.0000000000000001", total);
  store.entries.set(...napkinRead("Ada"));
  await ada.type("solve");
  await bob.type("solve");
  const said = await ada.type("solve");
  assertEquals(said.includes("The logs are being read"), true, said);
  assertEquals(said.includes("You are now"), false, said);
  clock.ms += settleAfterMs;
  const later = await ada.type("solve");
  assertEquals(later.includes("You are now a Masters student."), true, later);
  await Promise.all([ada.leave(), bob.leave()]);
});
