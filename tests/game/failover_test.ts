/** What the player sees, and what the store holds, when servers fail in the middle of the game. */

import { farewellMs } from "../../app/game/world/bounds.ts";
import { pause } from "../../app/cli/pause.ts";
import { world } from "../../app/game/world/world.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { Seat } from "./seat.ts";
import { loadedDice, MemoryStore, numberedEnvironment, play } from "./stage.ts";

/** A clock by which everything is long ago. */
function ticking(): () => number {
  let ms = 0;
  return () => ms += 10_000;
}

/** The coins in all ends. */
function sumOfEnds({ entries }: MemoryStore): number {
  const ends = [...entries].filter(([key]) => key.startsWith("end/"));
  return ends.reduce((sum, [, value]) => sum + JSON.parse(value).mined, 0);
}

Deno.test("the player is told that a server is gone, and goes on with everything", async () => {
  const store = new MemoryStore();
  const dice = loadedDice(10, 1, 10, 1, 10, 1);
  const { said, code } = await play(function* () {
    yield "Ada";
    yield "mine";
    store.putFailures = 1;
    yield "mine";
    store.failures = 1;
    yield "mine";
    yield "mine";
    yield "stats";
  }, { store, dice });
  assertEquals(code, 0);
  assertStringIncludes(
    said,
    "The network is having a moment: server 1 is gone.",
  );
  assertStringIncludes(said, "server 2 is gone");
  assertStringIncludes(said, "Coins: 3\n");
});

Deno.test("with another server to go on at, every command succeeds, and one line tells of it", async () => {
  const script = [
    "mine",
    "buy cpu",
    "move fence",
    "map",
    "solve",
    "solve",
    "resign",
    "stats",
    "quit",
  ];
  const rolls = [10, 1, 4];
  const undisturbed = await play(["Ada", ...script], { dice: loadedDice(...rolls) });
  for (let command = 0; command < script.length; command++) {
    for (let call = 0; call < 12; call++) {
      for (const effect of [false, true]) {
        const store = new MemoryStore();
        const { said } = await play(function* () {
          yield "Ada";
          yield* script.slice(0, command);
          store.failAt(call, effect);
          yield* script.slice(command);
        }, { store, dice: loadedDice(...rolls), tries: 2 });
        const told = /The server at server 1 does not answer; you go on at server 2\.\n/;
        assertEquals(said.replace(told, ""), undisturbed.said);
      }
    }
  }
});

Deno.test("that another server answers is told before what it answers", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield "Ada";
    store.failAt(0, false);
    yield "stats";
  }, { store, tries: 2 });
  assertStringIncludes(said, "you go on at server 2.\nName: Ada\n");
});

Deno.test("a player who cannot get in yet gets in with a later line", async () => {
  const store = new MemoryStore();
  // Looking for the name as it is written fails first, and is not told: what follows is.
  store.failures = 3;
  const { said } = await play(["Ada", "stats", "stats"], { store });
  assertEquals(said.split("having a moment").length - 1, 2);
  assertStringIncludes(said, "Welcome, Ada.");
  assertStringIncludes(said, "Rank: Undergraduate");
});

Deno.test("what is owed is written on leaving, at quit as at the end of input", async () => {
  for (const last of [["quit"], []]) {
    const store = new MemoryStore();
    const { said } = await play(function* () {
      yield "Ada";
      store.putFailures = 1;
      yield "mine";
      yield* last;
    }, { store, dice: loadedDice(10, 1) });
    assertStringIncludes(said, "What you have done is noted");
    assertEquals(sumOfEnds(store), 1);
    assert(!said.includes("may be lost"));
  }
});

Deno.test("what a server took that is gone since is written anew on leaving", async () => {
  const store = new MemoryStore();
  await play(function* () {
    yield "Ada";
    yield "mine";
    store.failures = 1;
    yield "stats";
    store.entries.clear();
    yield "quit";
  }, { store, dice: loadedDice(10, 1) });
  assertEquals(sumOfEnds(store), 1);
});

Deno.test("whoever leaves hears when what is owed cannot be written, or not in 3 s", async () => {
  for (const hangs of [false, true]) {
    const store = new MemoryStore();
    const waits: number[] = [];
    const { said, code } = await play(function* () {
      yield "Ada";
      store.putFailures = 1;
      yield "mine";
      if (hangs) store.put = () => new Promise(() => {});
      else store.failures = 100;
      yield "quit";
    }, {
      store,
      dice: loadedDice(10, 1),
      pause: (ms, signal) => {
        waits.push(ms);
        return pause(hangs ? 0 : ms, signal);
      },
    });
    assertEquals(code, 0);
    assertEquals(waits, [farewellMs]);
    assertMatch(said, /They may be lost; the network is sorry\.\nGoodbye, Ada\./);
  }
});

Deno.test("a newcomer whose entrance fails anywhere is welcomed, told the story and given a place", async () => {
  for (let call = 0; call < 9; call++) {
    for (const effect of [false, true]) {
      const store = new MemoryStore();
      store.failAt(call, effect);
      const { said } = await play(["Ada", "", "stats"], { store });
      assertStringIncludes(said, "Welcome, Ada.");
      assertEquals(said.split(world.beginning[0]).length - 1, 1);
      assert(!said.includes("Welcome back"));
      assertEquals(store.entries.get("place/Ada"), "5");
      assertEquals(store.entries.get("player/Ada"), "true");
    }
  }
});

Deno.test("what is noted is said to be, and of nothing else", async () => {
  const store = new MemoryStore();
  const troubles: string[] = [];
  await play(function* (heard) {
    const trouble = () => troubles.push(heard().split("\n").at(-2)!);
    yield "Ada";
    store.failures = 1;
    yield "stats";
    trouble();
    store.putFailures = 1;
    yield "move fence";
    trouble();
    yield "inv";
    store.putFailures = 1;
    yield "mine";
    trouble();
    store.failures = 1;
    yield "map";
    trouble();
  }, {
    store,
    dice: loadedDice(10, 1),
    environment: { ...numberedEnvironment(), monotonicMs: ticking() },
  });
  assertEquals(troubles, [
    "Please try again in a moment. If that does not help, quit and play again.",
    "Please try again in a moment. If that does not help, quit and play again.",
    "What you have done is noted and will be written when a server answers.",
    "What you did before is still noted. For the rest, please try again.",
  ]);
});

Deno.test("a purchase that another session made impossible is taken back, and the player told", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000a", "5"]]);
  const rival = "deed/Ada/000000000001/Ada.0";
  const { said } = await play(function* () {
    yield "Ada";
    yield "buy cpu 3";
    const act = { deed: "buy", kind: "cpu", count: 4, cost: 4, seen: 5 };
    store.entries.set(rival.padEnd(rival.length + 15, "0"), JSON.stringify(act));
    yield "inv";
    yield "inv";
    store.entries.delete(rival.padEnd(rival.length + 15, "0"));
    yield "inv";
  }, { store });
  assertStringIncludes(said, "You buy 3 Xeon CPUs for 3 coins. Your computing power is now 4.");
  assertEquals(said.split("3 Xeon CPUs have to go back").length - 1, 1);
  assertStringIncludes(said, "Coins: 1\nXeon CPUs: 5\n");
  assertStringIncludes(said, "you may keep 3 Xeon CPUs after all");
});

Deno.test("coins that a server took with it are there again though their finder does nothing more", async () => {
  const store = new MemoryStore();
  const ada = await Seat.take(store, "Ada", { now: ticking(), dice: loadedDice(10, 1), tries: 2 });
  await ada.type("mine");
  const [key, coins] = [...store.entries].find(([key]) => key.startsWith("mined/"))!;
  // It had acknowledged them, and told nobody.
  store.entries.delete(key);
  store.failures = 1;
  await ada.lookAround();
  await ada.lookAround();
  assertEquals(sumOfEnds(store), Number(coins));
  await ada.leave();
});
