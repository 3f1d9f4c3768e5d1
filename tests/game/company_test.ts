/** Several players in one world: what they see and hear of each other. */

import { eventBucketMs, eventsPerBucketMax, heldLinesMax } from "../../app/game/world/bounds.ts";
import type { Dice } from "../../app/game/world/dice.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { Clock, company } from "./company.ts";
import { Seat } from "./seat.ts";
import { lasting, loadedDice, MemoryStore, napkinRead, play } from "./stage.ts";

Deno.test("players see each other come, go, speak and act, and nothing of themselves", async () => {
  const { store, clock, ada, bob } = await company();
  assertEquals(await bob.type("say hello there"), "You say: hello there\n");
  assertEquals(await ada.lookAround(), "Bob says: hello there\n");
  assertEquals(await ada.lookAround(), "");
  assertEquals(await bob.lookAround(), "");
  assertEquals(await bob.type("EMOTE yawns  loudly"), "* Bob yawns loudly\n");
  await bob.type("move fence");
  await bob.type("say is anybody here");
  assertEquals(await ada.lookAround(), "* Bob yawns loudly\nBob leaves for The Fence.\n");
  await ada.type("move fence");
  assertEquals(await ada.lookAround(), "");
  assertEquals(await bob.lookAround(), "Ada comes in from Gates 5th Floor.\n");
  const eve = await Seat.take(store, "Eve", clock.skewed(0));
  await eve.type("move fence");
  await eve.type("quit");
  assertEquals(await bob.lookAround(), "Eve comes in from Gates 5th Floor.\nEve goes home.\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("players hear of each other though their clocks differ by seconds", async () => {
  for (const skewMs of [-15_000, -3_000, 3_000, 15_000]) {
    const store = new MemoryStore();
    const clock = new Clock();
    const ada = await Seat.take(store, "Ada", clock.skewed(0));
    const bob = await Seat.take(store, "Bob", clock.skewed(skewMs));
    await ada.lookAround();
    for (let turn = 0; turn < 20; turn++) {
      clock.ms += 4_999;
      await bob.type(`say ${turn}`);
      assertEquals(await ada.lookAround(), `Bob says: ${turn}\n`, `${skewMs}`);
      await ada.type(`say ${turn}`);
      assertEquals(await bob.lookAround(), `Ada says: ${turn}\n`, `${skewMs}`);
    }
    assertEquals((await ada.type("who")).split("\n").length, 3);
    await Promise.all([ada.leave(), bob.leave()]);
  }
});

Deno.test("look shows the place, who is there, and what happened a moment ago", async () => {
  const { clock, ada, bob } = await company();
  await bob.type("say hello");
  clock.ms++;
  await bob.type("tell Ada psst");
  clock.ms++;
  await bob.type("emote yawns");
  assertMatch(
    await ada.type("look"),
    /^Gates 5th Floor\n(.*\n)*Ways from here: .*\nHere with you: Bob \(Undergraduate\)\.\nA moment ago:\n(.*\n)*Bob says: hello \(just now\)\nBob tells you: psst \(just now\)\n\* Bob yawns \(just now\)\n$/,
  );
  await bob.type("move fence");
  clock.ms += 3 * eventBucketMs;
  await bob.lookAround();
  assertMatch(
    await ada.type("look"),
    /^Gates 5th Floor\n(.*\n)*Ways from here: .*\nNobody else is here\.\n$/,
  );
  assertMatch(await bob.type("look"), /^The Fence\n/);
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("nobody is told the same news twice, by look, by the channel or unasked", async () => {
  const { ada, bob } = await company();
  await bob.type("say hello");
  assertEquals(await ada.lookAround(), "Bob says: hello\n");
  assert(!(await ada.type("look")).includes("Bob says: hello"));
  await bob.type("say again");
  assertStringIncludes(await ada.type("look"), "A moment ago:\nBob says: again (just now)\n");
  assertEquals(await ada.lookAround(), "");
  await bob.type("chat hello all");
  assertEquals(await ada.type("chat"), "[chat] Bob: hello all (just now)\n");
  assertEquals(await ada.lookAround(), "");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who comes to a place sees it the first time, and who is there each time", async () => {
  const { ada, bob } = await company();
  await bob.type("move fence");
  const first = await ada.type("move fence");
  assertMatch(
    first,
    /^You walk to The Fence\.\nThe Fence, a hundred coats(.*\n)+To talk to: painter\./,
  );
  assert(first.endsWith("Pausch Bridge.\nHere with you: Bob (Undergraduate).\n"), first);
  await ada.type("move 1");
  assertEquals(
    await ada.type("move fence"),
    "You walk to The Fence.\nHere with you: Bob (Undergraduate).\n",
  );
  await ada.type("brief");
  assertEquals(await ada.type("move 2"), "You walk to Gates 2nd Floor.\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who speaks where nobody is hears so, once", async () => {
  const { ada, bob } = await company();
  await ada.type("move 2");
  assertStringIncludes(await ada.type("say hello"), "Nobody else is here to hear it");
  assertEquals(await ada.type("say hello"), "You say: hello\n");
  assertEquals(
    await bob.type("say hello"),
    "You say: hello\nNobody else is here to hear it; chat WORDS speaks to everybody.\n",
  );
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("in a battle one can talk, and hear, and see how many steps are left", async () => {
  const { ada, bob } = await company({ dice: loadedDice(4) });
  await ada.type("solve");
  assertEquals(ada.prompt, "Undergraduate, 0 coins, 100 of 100 steps left> ");
  await ada.type("solve");
  assertEquals(ada.prompt, "Undergraduate, 0 coins, 99 of 100 steps left> ");
  assertEquals(await ada.type("say help me"), "You say: help me\n");
  assertEquals(await bob.lookAround(), "Ada says: help me\n");
  await bob.type("say no");
  assertEquals(await ada.lookAround(), "Bob says: no\n");
  assertStringIncludes(await ada.type("map"), "map has to wait");
  await ada.type("resign");
  assertEquals(ada.prompt, "Undergraduate, 0 coins, Gates 5th Floor> ");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("in a battle the prompt shows what others take off, and when nothing is left", async () => {
  const { store, clock, ada, bob } = await company({ dice: loadedDice(4) });
  const eve = await Seat.take(store, "Eve", { ...clock.skewed(0), dice: loadedDice(4, 4) });
  await ada.type("solve");
  await eve.type("solve");
  for (const remaining of [99, 98]) {
    await eve.type("solve");
    await ada.lookAround();
    assertEquals(ada.prompt, `Undergraduate, 0 coins, ${remaining} of 100 steps left> `);
  }
  // What is left never grows again, whatever comes late or is no record.
  store.entries.set("damage/Undergraduate/1/Eve", "no hits");
  const [hit] = [...store.entries.keys()].filter((key) => key.startsWith("damage/"));
  store.entries.delete(hit);
  await ada.lookAround();
  assertEquals(ada.prompt, "Undergraduate, 0 coins, 98 of 100 steps left> ");
  await bob.lookAround();
  assertEquals(bob.prompt, "Undergraduate, 0 coins, Gates 5th Floor> ");
  store.entries.set(
    "damage/Undergraduate/1/Zed.000000000000000f",
    JSON.stringify({ total: 100, n: 3, at: clock.ms }),
  );
  const word = "The last step is taken: it is solved. solve tells whose that was.\n";
  assertEquals(await ada.lookAround(), word);
  assertEquals(ada.prompt, "Undergraduate, 0 coins, 0 of 100 steps left> ");
  assertEquals(await ada.lookAround(), "");
  await ada.type("resign");
  await ada.lookAround();
  assertEquals(ada.prompt, "Undergraduate, 0 coins, Gates 5th Floor> ");
  await Promise.all([ada.leave(), bob.leave(), eve.leave()]);
});

Deno.test("coins that are given are in the prompt as soon as they are told of", async () => {
  const { store, ada, bob } = await company();
  store.entries.set("mined/Bob/Bob.000000000000000f", "400");
  assertEquals(ada.prompt, "Undergraduate, 0 coins, Gates 5th Floor> ");
  await bob.type("give Ada 30");
  assertStringIncludes(await ada.lookAround(), "30 coins for you");
  assertEquals(ada.prompt, "Undergraduate, 30 coins, Gates 5th Floor> ");
  await bob.type("tell Ada Keep them.");
  await ada.lookAround();
  assertEquals(ada.prompt, "Undergraduate, 30 coins, Gates 5th Floor> ");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("a big find is told, but not every one, and so is the solution of a problem", async () => {
  // Finds as much as can be found, or as it is told, and never fails.
  let find = Infinity;
  const dice: Dice = {
    whole: (low, high) => low === 1 && high === 20 ? 4 : high > 10 ? Math.min(high, find) : high,
  };
  const { store, ada, bob } = await company({ dice });
  store.entries.set(...napkinRead("Ada"));
  // The desk beside hers: electricity for more than 10 machines.
  const desk = { deed: "buy", kind: "desk", count: 1, cost: 700, seen: 711 };
  store.entries.set("mined/Ada/Ada.000000000000000f", "711");
  store.entries.set("deed/Ada/000000000001/Ada.000000000000000f", JSON.stringify(desk));
  await ada.type("mine");
  assertEquals(await bob.lookAround(), "");
  await ada.type("buy cpu");
  // Much, but no more than anyone may expect of so many machines.
  find = 11;
  await ada.type("mine");
  assertEquals(await bob.lookAround(), "");
  find = Infinity;
  await ada.type("mine 100");
  assertEquals(ada.prompt, "Undergraduate, 1,311 coins, Gates 5th Floor> ");
  const finds = (await bob.lookAround()).split("\n").slice(0, -1);
  assert(finds.length >= 1 && finds.length < eventsPerBucketMax, `${finds.length}`);
  assertEquals(new Set(finds), new Set(["Ada finds 13 coins at once. The fans howl."]));
  assertEquals(await ada.type("say lucky me"), "You say: lucky me\n");
  assertEquals(await bob.lookAround(), "Ada says: lucky me\n");
  // In the same moment: no find is in the way of it.
  await ada.type("say all in");
  for (let attempt = 0; attempt < 9; attempt++) await ada.type("solve");
  assertEquals(ada.prompt, "Masters, 1,311 coins, Gates 5th Floor> ");
  assertStringIncludes(await bob.lookAround(), "Ada jumps up: the shortest tour is found!\n");
  assertStringIncludes(await bob.type("who"), "Ada, Masters, reader of napkins, Gates");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what happens where the player has just been is not shown any more", async () => {
  const { store, ada, bob } = await company();
  await bob.type("say hello");
  const list = store.list;
  const [listed, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  store.list = async (prefix) => {
    const entries = await list.call(store, prefix);
    if (prefix.startsWith("letter/")) listed.resolve();
    if (prefix.startsWith("scene/")) await held.promise;
    return entries;
  };
  const looked = ada.lookAround();
  await listed.promise;
  store.list = list;
  await ada.type("move fence");
  held.resolve();
  await looked;
  await ada.lookAround();
  assert(!ada.said.includes("hello"));
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("a player who looks around hears first that another server answers", async () => {
  const { store, ada, bob } = await company();
  store.failures = 1;
  assertEquals(await ada.lookAround(), "");
  await bob.type("say hello");
  assertEquals(
    await ada.lookAround(),
    "The server at server 1 does not answer; you go on at server 2.\nBob says: hello\n",
  );
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("spoken news wait for the end of the line being typed, and are not too many", async () => {
  const { clock, ada, bob } = await company({ manner: "spoken" });
  await ada.type("");
  await bob.type("say hello");
  assertEquals(await ada.lookAround(), "");
  assertEquals(await ada.type(""), "Bob says: hello\n");
  for (let turn = 0; turn < 10; turn++) {
    for (let word = 0; word < 8; word++) await bob.type(`say ${turn}.${word}`);
    await ada.lookAround();
    clock.ms += eventBucketMs;
  }
  const said = await ada.type("inv");
  assertMatch(said, /^\(\d+ lines of news are left out\.\)\n/);
  assertEquals(said.split("Bob says: ").length - 1, heldLinesMax);
  assert(
    said.endsWith("Bob says: 9.7\nCoins: 0\nXeon CPUs: 1\nElectricity: 100 of 500 W in use\n"),
  );
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("in a pipe nothing is shown unasked, but others see what is done there", async () => {
  const store = new MemoryStore();
  const clock = new Clock();
  const ada = await Seat.take(store, "Ada", clock.skewed(0));
  const { said } = await play(async function* () {
    yield "Bob";
    await ada.type("say hello");
    yield "stats";
    yield "look";
    yield "move fence";
  }, {
    store,
    environment: { now: () => clock.ms, monotonicMs: () => 0, hex64: () => "0".repeat(16) },
  });
  assertEquals(said.split("Ada says: hello").length, 2);
  assertMatch(said, /A moment ago:\n.*\nAda says: hello \(just now\)\n/);
  assertEquals(
    await ada.lookAround(),
    "Bob wakes up and looks around.\nBob leaves for The Fence.\n",
  );
  assertEquals((await ada.type("who")).split("\n").length, 2);
  await ada.leave();
});

Deno.test("who plays in two windows hears nothing of herself, and stays when one is closed", async () => {
  const { store, clock, ada, bob } = await company();
  const hex64 = () => "2".repeat(16);
  const environment = { now: () => clock.ms, monotonicMs: () => clock.ms, hex64 };
  const second = await Seat.take(store, "Ada", { ...clock.skewed(0), environment });
  await second.type("say from here");
  assertEquals(await ada.lookAround(), "");
  await ada.type("say from there");
  assertEquals(await second.lookAround(), "");
  assert(!(await second.type("look")).includes("Ada"));
  await bob.lookAround();
  await ada.type("quit");
  clock.ms++;
  assertEquals(await second.lookAround(), "");
  assertEquals(await bob.lookAround(), "Ada goes home.\n");
  assertMatch(await bob.type("who"), /^Ada, Undergraduate, /);
  assertEquals(await second.type("say still here"), "You say: still here\n");
  assertEquals(await bob.lookAround(), "Ada says: still here\n");
  await Promise.all([second.leave(), bob.leave()]);
});

Deno.test("nothing of what is of interest for a moment only is needed to go on with a character", async () => {
  const store = new MemoryStore();
  const script = ["Ada", "mine 9", "buy cpu", "say hi", "move fence", "solve", "solve", "resign"];
  await play(script, { store });
  const stats = await play(["Ada", "stats", "inv", "leaderboard"], { store });
  const bare = new MemoryStore(lasting(store));
  assertEquals(
    (await play(["Ada", "stats", "inv", "leaderboard"], { store: bare })).said,
    stats.said,
  );
});
