import { Keeping, rename, type RenamingStore } from "../../app/doors/mod.ts";
import { gamePrefixes } from "../../app/doors/mod.ts";
import { readCharacter } from "../../app/game/state/character.ts";
import { debtsOf } from "../../app/game/state/transfers.ts";
import { Client } from "../../kvclient/mod.ts";
import { withServer } from "../app/with_server.ts";
import { assert, assertEquals, assertRejects } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";

/** A store in memory, whose writes fail from some number on. */
class FailingStore implements RenamingStore {
  readonly entries: Map<string, string>;
  writes = 0;
  failAt = Infinity;

  constructor(entries: ReadonlyMap<string, string>) {
    this.entries = new Map(entries);
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.entries.get(key));
  }

  list(prefix: string): Promise<Map<string, string>> {
    return Promise.resolve(new Map([...this.entries].filter(([key]) => key.startsWith(prefix))));
  }

  put(key: string, value: string): Promise<void> {
    return this.#write(() => this.entries.set(key, value));
  }

  delete(key: string): Promise<void> {
    return this.#write(() => this.entries.delete(key));
  }

  #write(write: () => void): Promise<void> {
    if (++this.writes >= this.failAt) return Promise.reject(new Error("the store is gone"));
    return Promise.resolve(write());
  }
}

const keeping = (store: RenamingStore) =>
  new Keeping(store, { now: () => 1, hex64: () => "0".repeat(16) }, "admin");

/** Three who have traded, as the game leaves them in a store; Mallory is in the second term too. */
async function played(use: (entries: Map<string, string>, server: string) => Promise<void>) {
  await withServer(async (server) => {
    const play = (name: string, ...typed: string[]) =>
      runCmud(["play", "--fast", "--server", server, "--name", name], {
        input: [...typed, "quit"],
      });
    await play("Grace", "mine 30");
    await play("Linus", "mine 5");
    await play("Mallory", "mine 50", "buy cpu 3", "move 9", "solve", "solve 3", "resign");
    await play("Mallory", "give Grace 3", "lend Linus 4", "write Grace hello", "ignore Linus");
    await play("Grace", "lend Mallory 7", "group Mallory", "give Linus 2", "write Mallory hm");
    await using client = new Client(server);
    await client.put("owner/mallory", '{"name":"Mallory","password":{}}');
    await client.put("term/2/mined/Mallory/Mallory.0123456789abcdef", "12");
    const entries = new Map<string, string>();
    for (const prefix of gamePrefixes) {
      for (const [key, value] of await client.list<string>(prefix)) entries.set(key, value);
    }
    await use(entries, server);
  });
}

/** What of a character is told; whom it owes what. */
async function facts(store: RenamingStore, name: string) {
  const character = await readCharacter(store, name);
  const { coins, mined, rank, place, hardware, skipped } = character;
  return { coins, mined, rank, place, hardware, skipped, debts: debtsOf(character.transfers) };
}

Deno.test("rename() leaves nothing under the old name but what others count with", () =>
  played(async (entries) => {
    const store = new FailingStore(entries);
    const before = await facts(store, "Mallory");
    assertEquals(before.debts, new Map([["Linus", -4], ["Grace", 7]]));
    assertEquals(await rename(store, keeping(store), "mallory", "Mary"), undefined);
    assertEquals(await facts(store, "Mary"), before);
    assertEquals((await facts(store, "Grace")).debts, new Map([["Mary", -7]]));
    assertEquals((await facts(store, "Linus")).debts, new Map([["Mary", 4]]));
    assertEquals(JSON.parse(store.entries.get("owner/mary")!).name, "Mary");
    const left = [...store.entries.keys()].filter((key) => /mallory/i.test(key));
    const allowed =
      /^(damage|risen|end|scene|here|letter|chat|game|gamelog)\/|^(coin|post)\/(?!Mallory)/;
    for (const key of left) {
      if (key.startsWith("coin/Mary/out/")) continue;
      assert(allowed.test(key), key);
    }
    assertEquals((await facts(store, "Mallory")).mined, 0);
  }));

Deno.test("rename() goes on where it was interrupted, wherever that was", () =>
  played(async (entries) => {
    const whole = new FailingStore(entries);
    await rename(whole, keeping(whole), "Mallory", "Mary");
    const facts = (store: FailingStore) =>
      new Map([...store.entries].filter(([key]) => !key.startsWith("gamelog/")).sort());
    for (let failAt = 1; failAt <= whole.writes; failAt++) {
      const store = new FailingStore(entries);
      store.failAt = failAt;
      await assertRejects(() => rename(store, keeping(store), "Mallory", "Mary"));
      store.failAt = Infinity;
      assertEquals(
        await rename(store, keeping(store), "Mallory", "Mary"),
        failAt < whole.writes ? undefined : "absent",
        `failed at write ${failAt} of ${whole.writes}`,
      );
      assertEquals(facts(store), facts(whole), `failed at write ${failAt}`);
    }
  }));

Deno.test("rename() refuses a name that another has, also one who was given it before", () =>
  played(async (entries) => {
    const store = new FailingStore(entries);
    assertEquals(await rename(store, keeping(store), "Mallory", "gRACE"), "taken");
    assertEquals(await rename(store, keeping(store), "Mallory", "Grace"), "taken");
    await rename(store, keeping(store), "Mallory", "Mary");
    assertEquals(await rename(store, keeping(store), "Grace", "Mary"), "taken");
    assertEquals(await rename(store, keeping(store), "Mallory", "Mary"), "absent");
    // In another case it is the same name, and nobody is shut out.
    assertEquals(await rename(store, keeping(store), "mary", "MARY"), undefined);
    assertEquals(store.entries.has("player/Mary"), false);
    assertEquals(store.entries.has("game/ban/mary"), false);
    assert(store.entries.has("owner/mary"));
  }));

Deno.test("coins that a player gave under an earlier name, or two, are not given again", () =>
  played(async (_, server) => {
    await using client = new Client(server);
    const game = (...args: string[]) => runCmud(["game", ...args, "--server", server]);
    const coins = async (...names: string[]) => {
      const said: string[] = [];
      for (const name of names) {
        const args = ["play", "--fast", "--server", server, "--name", name];
        const { stdout } = await runCmud(args, { input: ["inv", "debts", "quit"] });
        said.push(/Coins: \d+/.exec(stdout)![0]);
      }
      return said;
    };
    const before = await coins("Mallory", "Grace", "Linus");
    for (const [from, to] of [["Mallory", "Mary"], ["Mary", "Maria"]]) {
      assertEquals((await game("rename", from, to)).code, 0);
      // Whoever comes in again sees to it that others have what they were given.
      assertEquals(await coins(to, "Grace", "Linus"), before);
      assertEquals(await coins(to, "Grace", "Linus"), before);
    }
    const store = {
      get: (key: string) => client.get<string>(key),
      list: (prefix: string) => client.list<string>(prefix),
    };
    const { transfers } = await readCharacter(store, "Linus");
    assertEquals(debtsOf(transfers), new Map([["Maria", 4]]));
  }));
