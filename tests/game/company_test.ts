/** Several players in one world: what they see and hear of each other. */

import {
  eventBucketMs,
  eventsPerBucketMax,
  heldLinesMax,
  saidCharsMax,
} from "../../app/game/world/bounds.ts";
import type { Dice } from "../../app/game/world/dice.ts";
import { StoreFailure } from "../../app/game/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { Clock, company } from "./company.ts";
import { Seat } from "./seat.ts";
import { lasting, loadedDice, MemoryStore, play } from "./stage.ts";

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

Deno.test("tell is heard anywhere, by one player, and refused where nobody hears it", async () => {
  const { store, clock, ada, bob } = await company();
  const eve = await Seat.take(store, "Eve", clock.skewed(0));
  await bob.type("move fence");
  await Promise.all([ada.lookAround(), eve.lookAround()]);
  assertEquals(await bob.type("tell Ada meet me here"), "You tell Ada: meet me here\n");
  assertEquals(await eve.lookAround(), "");
  assertEquals(await ada.lookAround(), "Bob tells you: meet me here\n");
  assertMatch(await bob.type("tell ada hi"), /^Nobody called "ada" .* Did you mean Ada\?\n$/);
  assertMatch(await bob.type("tell Zoe hi"), /^Nobody called "Zoe" is playing.*who/);
  assertStringIncludes(await bob.type("tell Bob hi"), "Nobody has to be told");
  assertStringIncludes(await bob.type("tell Ada"), "tell NAME");
  assertStringIncludes(await bob.type("tell"), "tell NAME");
  assertStringIncludes(await bob.type("say"), "Say what?");
  assertStringIncludes(await bob.type("emote"), "Do what?");
  assertStringIncludes(await bob.type(`say ${"x".repeat(saidCharsMax + 1)}`), "a little much");
  assertEquals(await ada.lookAround(), "");
  await Promise.all([ada.leave(), bob.leave(), eve.leave()]);
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
    /^Gates 5th Floor\n.*\nWays from here: .*\nHere with you: Bob \(Undergraduate\)\.\nA moment ago:\n(.*\n)*Bob says: hello\nBob tells you: psst\n\* Bob yawns\n$/,
  );
  await bob.type("move fence");
  clock.ms += 3 * eventBucketMs;
  await bob.lookAround();
  assertMatch(
    await ada.type("look"),
    /^Gates 5th Floor\n.*\nWays from here: .*\nNobody else is here\.\n$/,
  );
  assertMatch(await bob.type("look"), /^The Fence\n/);
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
  assertStringIncludes(await ada.type("look"), "look has to wait");
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
  await ada.lookAround();
  assertEquals(ada.prompt, "Undergraduate, 0 coins, 0 of 100 steps left> ");
  await ada.type("resign");
  await ada.lookAround();
  assertEquals(ada.prompt, "Undergraduate, 0 coins, Gates 5th Floor> ");
  await Promise.all([ada.leave(), bob.leave(), eve.leave()]);
});

Deno.test("a big find is told, but not every one, and so is the solution of a problem", async () => {
  // Finds as much as can be found, or as it is told, and never fails.
  let find = Infinity;
  const dice: Dice = {
    whole: (low, high) => low === 1 && high === 20 ? 4 : high > 10 ? Math.min(high, find) : high,
  };
  const { store, ada, bob } = await company({ dice });
  store.entries.set("mined/Ada/Ada.000000000000000f", "11");
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
  await ada.type("buy cpu");
  for (let attempt = 0; attempt < 2; attempt++) await ada.type("solve");
  assertEquals(ada.prompt, "Masters, 0 coins, Gates 5th Floor> ");
  assertStringIncludes(await bob.lookAround(), "Ada jumps up: the shortest tour is found!\n");
  assertStringIncludes(await bob.type("who"), "Ada, Masters, Gates");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("whoever talks without end is out of breath, and nobody hears more", async () => {
  const { clock, ada, bob } = await company();
  const answers: string[] = [];
  for (let word = 0; word < 20; word++) answers.push(await bob.type(`say ${word}`));
  const said = answers.filter((answer) => answer.startsWith("You say")).length;
  assert(said > 0 && said <= eventsPerBucketMax);
  assertMatch(answers.at(-1)!, /out of breath/);
  assertEquals((await ada.lookAround()).split("\n").length - 1, said);
  clock.ms += eventBucketMs;
  assertEquals(await bob.type("say again"), "You say: again\n");
  assertEquals(await ada.lookAround(), "Bob says: again\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what is said goes to all who hear it with no more than the one thing said before it", async () => {
  const { store, ada, bob } = await company();
  const words = ["one", "two", "three", "four", "five"];
  for (const word of words) {
    await bob.type(`say ${word}`);
    assertEquals(await ada.lookAround(), `Bob says: ${word}\n`);
  }
  const records = [...store.entries].filter(([key]) => /^scene\/.*\/Bob\./.test(key)).sort();
  const [[first]] = records;
  // He has also come in.
  assertEquals(records.map(([key, value]) => [key.slice(first.length), JSON.parse(value).length]), [
    ["", 2],
    ["/1", 2],
    ["/2", 2],
  ]);
  assertStringIncludes(await ada.type("look"), words.map((word) => `Bob says: ${word}\n`).join(""));
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what nobody would see is not said", async () => {
  const { ada, bob } = await company();
  const unseen = [
    "\u200b",
    "\u00ad \u2060",
    "\u3164",
    "\u2800",
    "\x07",
    "\u0301",
    "\ufe0f",
    "\u{e0020}",
  ];
  for (const words of unseen) {
    assertStringIncludes(await bob.type(`say ${words}`), "Say what?");
    assertStringIncludes(await bob.type(`emote ${words}`), "Do what?");
    assertStringIncludes(await bob.type(`tell Ada ${words}`), "Tell whom");
  }
  assertEquals(await ada.lookAround(), "");
  assertEquals(await bob.type("say \u{1f44d}\u{1f3fd}"), "You say: \u{1f44d}\u{1f3fd}\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what cannot be said is said to be so, and is not said later", async () => {
  const { store, ada, bob } = await company();
  store.putFailures = 1;
  assertStringIncludes(await bob.type("say lost"), "The network is having a moment");
  assertStringIncludes(await bob.type("say found"), "You say: found\n");
  const heard = await ada.lookAround();
  assertStringIncludes(heard, "Bob says: found\n");
  assert(!heard.includes("lost"));
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what a busy server does not take is not said later, at the same server", async () => {
  const { store, ada, bob } = await company();
  const put = store.put;
  store.put = (key, value) =>
    key.startsWith("scene/")
      ? Promise.reject(new StoreFailure("busy"))
      : put.call(store, key, value);
  assertStringIncludes(await bob.type("say lost"), "having a moment: busy");
  store.put = put;
  await bob.type("say found");
  assertEquals(await ada.lookAround(), "Bob says: found\n");
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

Deno.test("with another server to go on at, what is said is said once", async () => {
  for (const effect of [false, true]) {
    const store = new MemoryStore();
    const clock = new Clock();
    const ada = await Seat.take(store, "Ada", clock.skewed(0));
    const bob = await Seat.take(store, "Bob", { ...clock.skewed(0), tries: 2 });
    await ada.lookAround();
    await bob.lookAround();
    for (let call = 0; call < 8; call++) {
      store.failAt(call, effect);
      assertStringIncludes(await bob.type(`say ${call}`), `You say: ${call}\n`);
      store.failAt(-1, false);
      const heard = await ada.lookAround();
      assertEquals(heard.replace(/^The server at .*\n/, ""), `Bob says: ${call}\n`);
      clock.ms += eventBucketMs;
    }
    await Promise.all([ada.leave(), bob.leave()]);
  }
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
  assert(said.endsWith("Bob says: 9.7\nCoins: 0\nXeon CPUs: 1\n"));
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what others say is shown with nothing in it that steers a terminal", async () => {
  const { store, ada, bob } = await company();
  await bob.type("say \x1b[2J\rhi\u202e\x9b");
  assertEquals(await ada.lookAround(), "Bob says: \\u{1b}[2J hi\\u{202e}\\u{9b}\n");
  const evil = JSON.stringify([{ at: 0, did: "emote", words: "\x1b]0;x\x07\nroot# \u2066" }]);
  store.entries.set("scene/50000/5/Eve.000000000000000e", evil);
  assertEquals(await ada.lookAround(), "* Eve \\u{1b}]0;x\\u{7}\\nroot# \\u{2066}\n");
  store.entries.set("scene/50000/5/Eve.000000000000000f", "\x1b[31m");
  store.entries.set("here/3333/\x1b[2J", "\x1b");
  store.entries.set("letter/50000/Ada/x", "");
  assertEquals(await ada.lookAround(), "");
  assertStringIncludes(await ada.type("look"), "(3 records in the store made no sense");
  assertStringIncludes(await ada.type("who"), "(1 record in the store made no sense");
  // deno-lint-ignore no-control-regex -- none must get through
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]/.test(ada.said + bob.said));
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
  assertMatch(said, /A moment ago:\n.*\nAda says: hello\n/);
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
