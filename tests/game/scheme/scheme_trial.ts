/** The state scheme in many worlds, and with planted faults, which the simulation must notice. */

import { assert } from "../../deps.ts";
import { importMutated, type Mutant } from "../../support/mutation.ts";
import { simulateSeed, simulateWorlds } from "./worlds.ts";

const seeds = 20_000;
const seedsPerMutant = 3_000;

Deno.test(`the state scheme holds in ${seeds} simulated worlds`, () => simulateWorlds(seeds));

const mutants: Record<string, Mutant> = {
  "a purchase counts whatever credits its buyer had seen": {
    file: "app/game/state/ledger.ts",
    from: "if (spent + act.cost + (act.given ?? 0) > act.seen || isTooMany(hardware, act)) {",
    to: "if (isTooMany(hardware, act)) {",
  },
  "a purchase is held against the credits that have arrived": {
    file: "app/game/state/ledger.ts",
    from: "(act.given ?? 0) > act.seen ||",
    to: "(act.given ?? 0) > Math.max(income, seen) ||",
  },
  "a purchase bears no witness to credits that have not arrived": {
    file: "app/game/state/ledger.ts",
    from: "seen = Math.max(seen, act.seen);",
    to: "",
  },
  "deeds are folded in the order of their arrival": {
    file: "app/game/state/ledger.ts",
    from: "deeds.toSorted(compareDeeds)",
    to: "deeds",
  },
  "an end counts in addition to the mined coins of its session": {
    file: "app/game/state/ledger.ts",
    from: "mined.filter(({ session }) => !ends.has(session))",
    to: "mined",
  },
  "an end leaves out the coins that were not acknowledged": {
    file: "app/game/state/session.ts",
    from: `    await this.#putOwn(keys.mined(this.name, this.#id), String(this.#mined));`,
    to: `    const total = String(this.#mined);
    this.#mined -= coins;
    await this.#putOwn(keys.mined(this.name, this.#id), total);
    this.#mined += coins;`,
  },
  "an end leaves out the damage": {
    file: "app/game/state/session.ts",
    from: "damage: Array.from(this.#damage.values())",
    to: "damage: []",
  },
  "ends are not read with the damage": {
    file: "app/game/state/rounds.ts",
    from: "if (record.rank === rank) tally(session, record)",
    to: "",
  },
  "a session goes on after an unacknowledged write": {
    file: "app/game/state/session.ts",
    from: `    } catch (failure) {
      this.#end();
      throw failure;`,
    to: `    } catch (failure) {
      throw failure;`,
  },
  "a session goes on at another address": {
    file: "app/game/state/session.ts",
    from: "if (this.#store.address() !== this.#address) this.#end();",
    to: "this.#address = this.#store.address();",
  },
  "a step is begun again without a look at what is owed": {
    file: "app/game/state/session.ts",
    from: `      await this.ready();
      return await act();`,
    to: "      return await act();",
  },
  "write-once writes are not repeated at the next server": {
    file: "app/game/state/session.ts",
    from: "for (const [key, { value }] of this.#recent) this.#owed.set(key, value);",
    to: "",
  },
  "write-once writes are repeated only if they are young when the failure is noticed": {
    file: "app/game/state/session.ts",
    from: "for (const [key, { value }] of this.#recent) this.#owed.set(key, value);",
    to: `const young = this.#environment.monotonicMs() - repeatWindowMs;
    for (const [key, { value, atMs }] of this.#recent) {
      if (atMs > young) this.#owed.set(key, value);
    }`,
  },
  "a finished round promotes only who sees it finished": {
    file: "app/game/state/moves.ts",
    from: "for (const { round, name } of due) {",
    to: "for (const { round, name } of due.slice(due.length)) {",
  },
  "a finished round promotes whoever comes last in the listing": {
    file: "app/game/state/rounds.ts",
    from: "if (n > lastN || (n === lastN && session > last)) ",
    to: "",
  },
  "whoever finishes a round is not promoted": {
    file: "app/game/state/moves.ts",
    from:
      'await promote(session, rank, round, session.name);\n  return { ...roll, remaining, end: "won" };',
    to: 'return { ...roll, remaining, end: "won" };',
  },
  "whoever has hit a round rises when it is finished": {
    file: "app/game/state/moves.ts",
    from: "if (hasRivals(hits, session.name, session.now())) return",
    to: `for (const id of hits!.keys()) await promote(session, rank, round, id.split(".")[0]);
  if (hasRivals(hits, session.name, session.now())) return`,
  },
  "the lowest round that is not over is in play": {
    file: "app/game/state/rounds.ts",
    from: "  for (const round of rounds.keys()) last = Math.max(last, round);\n",
    to: "  while (remainingSteps(rank, rounds.get(last)) === 0) last++;\n",
  },
  "only the last of the due rounds is settled": {
    file: "app/game/state/moves.ts",
    from: "for (const { round, name } of due) {",
    to: "for (const { round, name } of due.slice(-1)) {",
  },
  "a gift is one that nobody has less for": {
    file: "app/game/state/ledger.ts",
    from: "const coins = credits - given - spent;",
    to: "const coins = credits - spent;",
  },
  "a gift is written for the one, and not for the other": {
    file: "app/game/state/transfers.ts",
    from: `    [keys.coins(to, "in", id, k), value],\n  ]);\n}\n\n/** Writes again`,
    to: "  ]);\n}\n\n/** Writes again",
  },
  "two transfers of a session have one number": {
    file: "app/game/state/session.ts",
    from: "entries(this.#id, ++this.#declared)",
    to: "entries(this.#id, 1)",
  },
  "a checkpoint leaves out what its chapters cost": {
    file: "app/game/state/chapters.ts",
    from: "return JSON.stringify({\n    chapter,\n    spent,",
    to: "return JSON.stringify({\n    chapter,\n    spent: 0,",
  },
  "the deeds of a folded chapter count once more": {
    file: "app/game/state/chapters.ts",
    from: "return JSON.stringify({\n    chapter,\n    spent,",
    to: "return JSON.stringify({\n    chapter: chapter - 1,\n    spent,",
  },
  "what was done in an earlier term counts": {
    file: "app/game/state/term_store.ts",
    from: "this.term > 1 && ofTerm.test(key)",
    to: "this.term > 2 && ofTerm.test(key)",
  },
  "a group takes as many as come": {
    file: "app/game/state/groups.ts",
    from: "members.sort().slice(0, groupSizeMax)",
    to: "members.sort()",
  },
  "who is one too many in a group has it, and it not the player": {
    file: "app/game/state/groups.ts",
    from: "return counted.includes(name) ? counted : [];",
    to: "return counted;",
  },
  "who is joined is not in the group": {
    file: "app/game/state/groups.ts",
    from: "if (group !== joined) await session.put(keys.group(other), group);",
    to: "",
  },
  "a new group goes by the name of who is joined, which may have left one of that name": {
    file: "app/game/state/groups.ts",
    from: "const group = joined || session.newName();",
    to: "const group = joined || other;",
  },
  "who leaves a group is in it all the same": {
    file: "app/game/state/groups.ts",
    from: 'await session.put(keys.group(session.name), "");',
    to: "await Promise.resolve(session);",
  },
  "a group that is full takes one more": {
    file: "app/game/state/groups.ts",
    from: "if (members.length >= groupSizeMax) return false;",
    to: "",
  },
  "a ban is one of a name as it was typed": {
    file: "app/doors/rules/rule_keys.ts",
    from: "`game/${measure}/${foldedName(name)}`",
    to: "`game/${measure}/${name}`",
  },
  "a ban that was taken back holds": {
    file: "app/doors/rules/house_rules.ts",
    from: "return record?.holds ? record : undefined;",
    to: "return record;",
  },
  "a measure is any measure": {
    file: "app/doors/rules/house_rules.ts",
    from: "measures.find((each) => each === kind)",
    to: "measures.find((each) => each === kind) && measures[0]",
  },
  "two acts of one moment have one place in the log": {
    file: "app/doors/rules/rule_keys.ts",
    from: "`gamelog/${timeOf(atMs)}/${id}`",
    to: "`gamelog/${timeOf(atMs)}/${id.length}`",
  },
  "what is taken back is not in the log": {
    file: "app/doors/rules/keeping.ts",
    from: "    await this.noted(holds ?",
    to: "    if (holds) await this.noted(holds ?",
  },
  "whoever hits rises": {
    file: "app/game/state/moves.ts",
    from: 'if (remaining > 0) return { ...roll, remaining, end: "none" };',
    to: "",
  },
  "the first to hit a round rises, finished or not": {
    file: "app/game/state/rounds.ts",
    from: "if (settled.has(round) || remainingSteps(rank, hits) > 0) continue;",
    to: "if (settled.has(round)) continue;",
  },
};

for (const [what, mutant] of Object.entries(mutants)) {
  Deno.test(`the simulation notices when ${what}`, async () => {
    const mutated = await importMutated("tests/game/scheme/simulation.ts", mutant);
    let noticed = false;
    for (let seed = 1; seed <= seedsPerMutant && !noticed; seed++) {
      await simulateSeed(seed, mutated.simulate).catch(() => noticed = true);
    }
    assert(noticed, `not in ${seedsPerMutant} worlds`);
  });
}
