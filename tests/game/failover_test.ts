/** What the player sees, and what the store holds, when servers fail in the middle of the game. */

import { deedNumberMax, farewellMs, patienceMs, settleAfterMs } from "../../app/game/bounds.ts";
import { Session, type SessionEnvironment } from "../../app/game/session.ts";
import { StoreFailure } from "../../app/game/store.ts";
import { pause } from "../../app/game/mod.ts";
import { beginning } from "../../app/game/story.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../deps.ts";
import { loadedDice, MemoryStore, play } from "./stage.ts";

/** An environment whose clock is set by hand and whose sessions are numbered. */
function environment(): SessionEnvironment & { ms: number } {
  let sessions = 0;
  return {
    ms: 0,
    now() {
      return this.ms;
    },
    monotonicMs() {
      return this.ms;
    },
    hex64: () => String(++sessions).padStart(16, "0"),
  };
}

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

const first = "Ada.0000000000000001";
const second = "Ada.0000000000000002";

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

Deno.test("a step that has not succeeded in 4 s is not begun again", async () => {
  const world = environment();
  const store = new MemoryStore();
  const session = new Session("Ada", store, world, { tries: 100 });
  store.failures = 100;
  let calls = 0;
  const slow = () => {
    calls++;
    world.ms += patienceMs / 2;
    return store.get("any").then(() => {});
  };
  await assertRejects(() => session.steadily(slow), StoreFailure);
  assertEquals(calls, 3);
});

Deno.test("what a server refuses is not tried again", async () => {
  const session = new Session("Ada", new MemoryStore(), environment(), { tries: 5 });
  let calls = 0;
  const refused = () => {
    calls++;
    return Promise.reject(new Error("no"));
  };
  await assertRejects(() => session.steadily(refused), Error, "no");
  assertEquals(calls, 1);
});

Deno.test("a player who cannot get in yet gets in with a later line", async () => {
  const store = new MemoryStore();
  store.failures = 2;
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
      assertEquals(said.split(beginning[0]).length - 1, 1);
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
  }, { store, dice: loadedDice(10, 1), environment: { ...environment(), monotonicMs: ticking() } });
  assertEquals(troubles, [
    "Please try again in a moment. If that does not help, quit and play again.",
    "Please try again in a moment. If that does not help, quit and play again.",
    "What you have done is noted and will be written when a server answers.",
    "What you did before is still noted. For the rest, please try again.",
  ]);
});

Deno.test("an unacknowledged total is in the end of its session, which counts instead of it", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, environment());
  await session.mined(5);
  store.failures = 1;
  await assertRejects(() => session.mined(3), StoreFailure, "Cannot reach the store: server 1");
  store.failures = 1;
  await assertRejects(() => session.ready(), StoreFailure);
  await session.ready();
  await session.mined(1);
  const ids = [...store.entries.keys()].filter((key) => key.startsWith("mined/"));
  assertEquals(store.entries.get(`mined/Ada/${first}`), "5");
  assertEquals(store.entries.get(`end/${first}`), '{"mined":8,"damage":[]}');
  assertEquals(ids.map((key) => store.entries.get(key)), ["5", "1"]);
});

Deno.test("a change of address ends a session before the next write", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, environment());
  await session.hit("Undergraduate", 1, 10, 1);
  await session.mined(5);
  store.failures = 1;
  await assertRejects(() => session.get("any"), StoreFailure);
  await session.mined(2);
  const hits = '{"rank":"Undergraduate","round":1,"hits":{"total":10,"n":1,"at":0}}';
  assertEquals(store.entries.get(`end/${first}`), `{"mined":7,"damage":[${hits}]}`);
  assertEquals(store.entries.get(`mined/Ada/${first}`), "5");
  assertEquals(store.entries.has(`mined/Ada/${second}`), false);
});

Deno.test("write-once writes are repeated unless their server has outlived them by 5 s", async () => {
  const store = new MemoryStore();
  const world = environment();
  const session = new Session("Ada", store, world);
  await session.declare("old");
  world.ms += 1_000;
  await session.declare("recent");
  world.ms += 4_500;
  await session.get("any");
  store.entries.clear();
  world.ms += 3_600_000;
  store.failures = 1;
  await assertRejects(() => session.get("any"), StoreFailure);
  await session.ready();
  assertEquals([...store.entries.keys()], ["recent"]);
});

Deno.test("a deed that was not acknowledged is repeated under the same key", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, environment());
  store.failures = 1;
  await assertRejects(() => session.deed({ deed: "broke", kind: "cpu" }, 0), StoreFailure);
  const key = await session.deed({ deed: "broke", kind: "gpu" }, 0);
  assertEquals([...store.entries], [
    [`deed/Ada/000000000001/${first}`, '{"deed":"broke","kind":"cpu"}'],
    [`deed/Ada/000000000002/${second}`, '{"deed":"broke","kind":"gpu"}'],
  ]);
  assert(session.owns(key));
});

Deno.test("a session never gives a number twice, not even the last of all", async () => {
  const store = new MemoryStore();
  const session = new Session("Ada", store, environment());
  for (const seen of [0, 0, deedNumberMax - 1, deedNumberMax, deedNumberMax]) {
    await session.deed({ deed: "broke", kind: "cpu" }, seen);
  }
  assertEquals(store.entries.size, 5);
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

Deno.test("a hit that finishes a problem lets its player rise; the problem is there again", async () => {
  const store = new MemoryStore([
    ["damage/Undergraduate/1/Bob.0000000000000001", '{"total":99,"n":4,"at":0}'],
  ]);
  const { said } = await play(["Ada", "solve", "solve", "stats", "solve"], {
    store,
    dice: loadedDice(4),
  });
  assertStringIncludes(said, "Steps left: 1 of 100");
  assertStringIncludes(said, "That was the last step.");
  assertStringIncludes(said, "You are now a Masters student.");
  assert(!said.includes("logs have been read"));
  assertStringIncludes(said, "Rank: Masters");
  assertStringIncludes(said, "Steps left: 1,000 of 1,000");
  const bob = await play(["Bob", "solve", "resign", "stats"], { store });
  assertStringIncludes(bob.said, "Steps left: 100 of 100");
  assertStringIncludes(bob.said, "Rank: Undergraduate");
});

Deno.test("a problem that nobody saw finished promotes its last hitter when it is looked at", async () => {
  const entries = (at: number): [string, string][] => [
    ["damage/Undergraduate/1/Bob.0000000000000001", `{"total":60,"n":2,"at":${at}}`],
    ["damage/Undergraduate/1/Ada.0000000000000001", `{"total":60,"n":2,"at":${at}}`],
  ];
  const now = 1_000_000; // on stage
  const young = await play(["Eve", "solve"], { store: new MemoryStore(entries(now)) });
  assertStringIncludes(young.said, "Steps left: 100 of 100");
  assertEquals([...young.store.entries.keys()].filter((key) => /^ris|^rank/.test(key)), []);
  const store = new MemoryStore(entries(now - settleAfterMs));
  const bob = await play(["Bob", "solve", "resign", "stats"], { store });
  assertStringIncludes(bob.said, "the step that solved it was yours");
  assertStringIncludes(bob.said, "You are now a Masters student.");
  assertStringIncludes(bob.said, "Rank: Masters");
  const ada = await play(["Ada", "solve", "resign", "stats"], { store });
  assertStringIncludes(ada.said, "Steps left: 100 of 100");
  assertStringIncludes(ada.said, "Rank: Undergraduate");
});

Deno.test("a player in battle hears that another has finished the problem, and stays at the next", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield "Ada";
    yield "solve";
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":100,"n":1,"at":0}');
    store.entries.set("risen/Undergraduate/1/Bob", "true");
    yield "solve";
    yield "resign";
  }, { store, dice: loadedDice(4) });
  assertStringIncludes(said, "Somebody has just solved it, so it is set again in full.");
  assertStringIncludes(said, "Your machines take 1 step. 99 to go.");
});

Deno.test("whose finishing hit went through unseen is told the truth, and rises", async () => {
  for (const effect of [true, false]) {
    const store = new MemoryStore([
      ["damage/Undergraduate/1/Bob.0000000000000001", '{"total":99,"n":4,"at":0}'],
    ]);
    const world = environment();
    const { said } = await play(function* () {
      yield "Ada";
      yield "solve";
      // The hit arrives, or not; what is to be read after it does not.
      store.failures = 0;
      const put = store.put.bind(store);
      store.put = async (key, value) => {
        if (!effect && key.startsWith("damage/")) store.failures = 1;
        await put(key, value);
        if (key.startsWith("damage/")) store.failures = 1;
      };
      yield "solve";
      yield "solve";
      world.ms += settleAfterMs;
      yield "solve";
      yield "solve";
      yield "resign";
      yield "stats";
    }, { store, dice: loadedDice(4), environment: world });
    assertStringIncludes(said, "What you have done is noted");
    assert(!said.includes("Somebody has just solved it"));
    assertStringIncludes(said, "It is solved, perhaps by you");
    assertStringIncludes(said, "the step that solved it was yours");
    assertStringIncludes(said, "Steps left: 1,000 of 1,000");
    assertStringIncludes(said, "Rank: Masters");
  }
});

Deno.test("whose unseen hit was not the last one hears that somebody solved it, and goes on", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield "Ada";
    yield "solve";
    const put = store.put.bind(store);
    store.put = async (key, value) => {
      await put(key, value);
      store.failures = 1;
    };
    yield "solve";
    store.put = put;
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":99,"n":2,"at":0}');
    store.entries.set("risen/Undergraduate/1/Bob", "true");
    yield "solve";
  }, { store, dice: loadedDice(4, 4) });
  assertStringIncludes(said, "Somebody has just solved it, so it is set again in full.");
  assertStringIncludes(said, "Your machines take 1 step. 99 to go.");
});

Deno.test("a rise that is told in a battle ends it, so that solve turns to the next problem", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield "Ada";
    yield "solve";
    store.entries.set("rank/Ada/Masters", "true");
    yield "inv";
    yield "solve";
  }, { store, dice: loadedDice() });
  assertStringIncludes(said, "You are now a Masters student.\nCoins: 0\n");
  assertStringIncludes(said, "Steps left: 1,000 of 1,000");
});

Deno.test("a rank once shown is not lost at a server that does not know of it yet", async () => {
  const store = new MemoryStore([["rank/Ada/Masters", "true"]]);
  const { said } = await play(function* () {
    yield "Ada";
    store.entries.delete("rank/Ada/Masters");
    yield "stats";
    store.entries.set("rank/Ada/Masters", "true");
    yield "stats";
  }, { store });
  assertEquals(said.split("Rank: Masters").length - 1, 2);
  assert(!said.includes("You are now"));
});

Deno.test("hardware breaks, and with the last of it the battle is over", async () => {
  const store = new MemoryStore([["mined/Ada/Ada.000000000000000a", "7"]]);
  const script = ["Ada", "buy cpu", "solve", "solve", "solve", "solve", "mine", "inv"];
  const { said } = await play(script, { store, dice: loadedDice(1, 0, 20, 3, 0, 10, 1) });
  assertStringIncludes(said, "Smoke. Xeon CPUs: 8 before, 2 now.");
  assertStringIncludes(said, "You lose the day to debugging.");
  assertStringIncludes(said, "Smoke. Xeon CPUs: 2 before, 0 now.\nThat was all you had.");
  assertStringIncludes(said, "You find 1 coin.\nCoins: 1\nXeon CPUs: 1\n");
});
