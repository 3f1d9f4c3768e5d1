/** Battles with a problem: who ends it, who rises by that, and what breaks. */

import { settleAfterMs } from "../../app/game/world/bounds.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { loadedDice, MemoryStore, napkinRead, numberedEnvironment, play } from "./stage.ts";

Deno.test("a hit that finishes a problem lets its player rise; the problem is there again", async () => {
  const store = new MemoryStore([
    ["damage/Undergraduate/1/Bob.0000000000000001", '{"total":99,"n":4,"at":0}'],
    napkinRead("Ada"),
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
      napkinRead("Ada"),
    ]);
    const world = numberedEnvironment();
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
      // With the turn to the next problem, once more an answer is lost.
      yield* ["resign", "stats", "stats"];
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
  assertStringIncludes(
    said,
    "You are now a Masters student.\nThe shop sells Nvidia GPUs to you now, called gpu.\n" +
      "You may take a course now: course lists them.\nCoins: 0\n",
  );
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
  const script = ["Ada", "buy cpu 7", "solve", "solve", "solve", "solve", "mine", "inv"];
  const { said } = await play(script, { store, dice: loadedDice(1, 0, 20, 3, 0, 10, 1) });
  assertStringIncludes(said, "Smoke. Xeon CPUs: 8 before, 2 now.");
  assertStringIncludes(said, "You lose the day to debugging.");
  assertStringIncludes(said, "Smoke. Xeon CPUs: 2 before, 0 now.\nThat was all you had.");
  assertStringIncludes(said, "You find 1 coin.\nCoins: 1\nXeon CPUs: 1\n");
});

Deno.test("several attempts in one line go on when something breaks that had no electricity", async () => {
  const store = new MemoryStore([
    ["rank/Ada/Masters", "true"],
    ["mined/Ada/Ada.000000000000000a", "9"],
  ]);
  // A GPU takes more than there is.
  const { said } = await play(["Ada", "buy gpu 1", "solve 9"], {
    ...{ store, dice: loadedDice(4, 1, 1, 4, 1, 0) },
  });
  assertStringIncludes(
    said,
    "Smoke. Nvidia GPUs: 1 before, 0 now.\nYour machines take 1 step. 998 to go.\n" +
      "Smoke. Xeon CPUs: 1 before, 0 now.\nThat was all you had.",
  );
});

Deno.test("several attempts in one line end when something breaks; in brief, with their sum alone", async () => {
  const store = () => new MemoryStore([["mined/Ada/Ada.000000000000000a", "7"]]);
  const dice = () => loadedDice(4, 4, 20, 4, 3, 0);
  const long = await play(["Ada", "buy cpu", "solve", "solve 9", "work"], {
    ...{ store: store(), dice: dice() },
  });
  assertStringIncludes(long.said, "Your machines take 5 steps. 95 to go.\n");
  assertStringIncludes(long.said, "Smoke. Xeon CPUs: 5 before, 1 now.\nbuy cpu replaces");
  assertStringIncludes(long.said, "Ada (you): 15 steps taken\n");
  const brief = await play(["Ada", "buy cpu", "brief", "solve", "solve 9", "solve x"], {
    ...{ store: store(), dice: dice() },
  });
  assertStringIncludes(brief.said, "Your machines take 15 steps. 85 to go.\nSmoke. Xeon CPUs: 5");
  assert(!brief.said.includes("95 to go"));
  assertStringIncludes(brief.said, 'You cannot try "x" times.');
});

Deno.test("in brief, what breaks and ends nothing does not cut the sum in two", async () => {
  const store = new MemoryStore([
    ["rank/Ada/Masters", "true"],
    ["mined/Ada/Ada.000000000000000a", "9"],
  ]);
  // A GPU takes more than there is.
  const { said } = await play(["Ada", "buy gpu 1", "brief", "solve 3"], {
    ...{ store, dice: loadedDice(4, 1, 1, 4) },
  });
  assertStringIncludes(
    said,
    "Smoke. Nvidia GPUs: 1 before, 0 now.\nYour machines take 2 steps. 998 to go.\n",
  );
  assert(!said.includes("999 to go"));
});

Deno.test("the last hit takes what was left, so that the steps told add up", async () => {
  for (const brief of [[], ["brief"]]) {
    const store = new MemoryStore([
      ["mined/Ada/Ada.000000000000000a", "4"],
      ["damage/Undergraduate/1/Bob.0000000000000001", '{"total":92,"n":4,"at":0}'],
      napkinRead("Ada"),
    ]);
    const { said } = await play(["Ada", "buy cpu", ...brief, "solve 9"], {
      ...{ store, dice: loadedDice(4, 4) },
    });
    const told = [...said.matchAll(/machines take (\d+) steps?\. (\d+) to go/g)];
    assertEquals(
      told.map(([, steps, left]) => [Number(steps), Number(left)]),
      brief.length > 0 ? [[8, 0]] : [[5, 3], [3, 0]],
    );
    assertStringIncludes(said, "You are now a Masters student.");
  }
});

Deno.test("who turns back to a problem hears that somebody has solved it meanwhile, once", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield* ["Ada", "solve", "resign"];
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":100,"n":1,"at":0}');
    store.entries.set("risen/Undergraduate/1/Bob", "true");
    yield* ["solve", "resign", "solve"];
  }, { store });
  const word = "Somebody has solved it meanwhile, so it is set again in full.\nSteps left: 100";
  assertEquals(said.split(word).length - 1, 1);
  // As long as it is not known who has risen, it may be anybody.
  const now = 1_000_000; // on stage
  store.entries.delete("risen/Undergraduate/1/Bob");
  const early = await play(function* () {
    yield* ["Eve", "solve", "resign"];
    store.entries.set(
      "damage/Undergraduate/2/Bob.0000000000000001",
      `{"total":100,"n":1,"at":${now}}`,
    );
    yield "solve";
  }, { store });
  assertStringIncludes(early.said, "set again in full; in a moment the logs tell who has risen.");
});

Deno.test("a round that is over wants nothing more of who still faces it", async () => {
  const store = new MemoryStore();
  const { said } = await play(function* () {
    yield* ["Ada", "solve"];
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":50,"n":1,"at":0}');
    yield "solve";
    store.entries.set("damage/Undergraduate/1/Bob.0000000000000001", '{"total":100,"n":2,"at":0}');
    store.entries.set("risen/Undergraduate/1/Bob", "true");
    yield "solve";
  }, { store, dice: loadedDice(4, 4) });
  assertStringIncludes(said, "Which 50 cities?");
  assertStringIncludes(said, "Somebody has just solved it, so it is set again in full.");
  assertStringIncludes(said, "Your machines take 1 step. 99 to go.");
});
