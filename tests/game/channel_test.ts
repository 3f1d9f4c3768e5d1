/** Company that is not in the same place: the channel, letters, coins, groups, and who is not heard. */

import {
  eventBucketMs,
  eventsPerBucketMax,
  heartbeatMs,
  idleMs,
} from "../../app/game/world/bounds.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { company } from "./company.ts";
import { Seat } from "./seat.ts";
import { MemoryStore, numberedEnvironment, play } from "./stage.ts";

Deno.test("the channel is heard everywhere, and has its last 20 lines", async () => {
  const { clock, ada, bob } = await company();
  await bob.type("move fence");
  await ada.lookAround();
  assertEquals(await ada.type("chat hello all"), "[chat] Ada: hello all\n");
  assertEquals(await bob.lookAround(), "[chat] Ada: hello all\n");
  assertEquals(await bob.lookAround(), "");
  for (let line = 1; line <= 30; line++) {
    clock.ms += heartbeatMs;
    await ada.type(`chat ${line}`);
  }
  const lines = (await bob.type("chat")).trimEnd().split("\n");
  assertEquals(lines.length, 20);
  assertEquals(lines[0], "[chat] Ada: 11 (6 minutes ago)");
  assertEquals(lines.at(-1), "[chat] Ada: 30 (just now)");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("a letter waits for who is away, is new once, and only goes to who exists", async () => {
  const environment = numberedEnvironment();
  const store = new MemoryStore();
  await play(["Bob"], { environment, store });
  environment.ms += 3_600_000;
  const ada = await play([
    "Ada",
    "write Bob see you at the Fence",
    "write Nobody hi",
    "write Ada hi",
  ], {
    ...{ environment, store },
  });
  assertStringIncludes(ada.said, "You write to Bob: see you at the Fence\n");
  assertStringIncludes(ada.said, 'Nobody called "Nobody" has ever enrolled.');
  environment.ms += 7_200_000;
  const bob = await play(["Bob", "letters", "letters"], { environment, store });
  assertStringIncludes(bob.said, "You have 1 new letter: letters shows it.\n");
  assertStringIncludes(bob.said, "New, Ada, 2 hours ago: see you at the Fence\n");
  assertStringIncludes(bob.said, "\nAda, 2 hours ago: see you at the Fence\n");
  assert(!(await play(["Bob"], { environment, store })).said.includes("new letter"));
});

Deno.test("coins that are given, lent and paid back are those that the other one has", async () => {
  const { store, ada, bob } = await company();
  store.entries.set("mined/Ada/Ada.000000000000000f", "100");
  assertEquals(await ada.type("give Bob 30"), "You give Bob 30 coins. You have 70 now.\n");
  assertEquals(await bob.lookAround(), "Ada tells you: here are 30 coins for you\n");
  assertEquals(await ada.type("lend Bob 50"), "You lend Bob 50 coins. You have 20 now.\n");
  assertStringIncludes(await bob.type("lend"), "You owe Ada 50 coins.");
  assertStringIncludes(await bob.type("repay Ada 20"), "You have 60 now.");
  assertEquals(await ada.type("lend"), "Bob owes you 30 coins.\n");
  assertStringIncludes(await ada.type("inv"), "Coins: 40\n");
  assertStringIncludes(await bob.type("inv"), "Coins: 60\n");
  assertStringIncludes(
    await bob.type("give Ada 61"),
    "You cannot part with 61 coins: you have 60.",
  );
  for (
    const line of ["give Ada", "give", "give Ada -1", "give Ada 1.5", "give Bob 1", "give Eve 1"]
  ) {
    await bob.type(line);
  }
  // What came in can be spent like what was mined.
  assertStringIncludes(await bob.type("buy strip"), "You buy a power strip for 20 coins.");
  assertStringIncludes(await bob.type("inv"), "Coins: 40\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("what a crash kept back of a gift is written when its giver is back", async () => {
  const store = new MemoryStore([["player/Ada", "true"], ["player/Bob", "true"]]);
  store.entries.set("mined/Ada/Ada.000000000000000f", "9");
  store.entries.set("coin/Ada/out/Ada.000000000000000f/1", '{"to":"Bob","as":"gift","coins":4}');
  assertStringIncludes((await play(["Bob", "inv"], { store })).said, "Coins: 0\n");
  assertStringIncludes((await play(["Ada", "inv"], { store })).said, "Coins: 5\n");
  assertStringIncludes((await play(["Bob", "inv"], { store })).said, "Coins: 4\n");
});

Deno.test("coins stay with a character that was given another name", async () => {
  const value = '{"to":"Bob","as":"gift","coins":4}';
  const store = new MemoryStore([["coin/Rob/in/Ada.000000000000000f/1", value]]);
  assertStringIncludes((await play(["Rob", "inv"], { store })).said, "Coins: 4\n");
});

Deno.test("records of coins that make no sense are skipped, and make nobody rich", async () => {
  const hostile: [string, string][] = [
    ["coin/Bob/in/Ada.000000000000000f/1", '{"to":"","as":"gift","coins":4}'],
    ["coin/Bob/in/Ada.000000000000000f/2", '{"to":"Bob","as":"gift","coins":-4}'],
    ["coin/Bob/in/Ada.000000000000000f/3", '{"to":"Bob","as":"theft","coins":4}'],
    ["coin/Bob/in/Ada/4", '{"to":"Bob","as":"gift","coins":4}'],
    ["coin/Bob/out/Ada.000000000000000f/5", '{"to":"Bob","as":"gift","coins":4}'],
    ["coin/Bob/sideways/Ada.000000000000000f/6", '{"to":"Bob","as":"gift","coins":4}'],
    ["coin/Bob/in/Ada.000000000000000f/x", '{"to":"Bob","as":"gift","coins":4}'],
  ];
  const { said } = await play(["Bob", "stats"], { store: new MemoryStore(hostile) });
  assertStringIncludes(said, "Coins: 0\n");
  assertStringIncludes(said, `(${hostile.length} records in the store made no sense`);
});

Deno.test("a study group takes more steps together, in one place", async () => {
  const { ada, bob } = await company();
  assertStringIncludes(await ada.type("group Bob"), "You are in the study group of Bob now.");
  assertStringIncludes(await bob.lookAround(), "Ada tells you: I am in your study group now.");
  assertEquals(
    await bob.type("group"),
    "You study with Ada. group leave leaves.\n",
  );
  await ada.type("group leave");
  assertStringIncludes(await bob.type("group"), "You study alone.");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("the steps that a study group adds are told as they are taken", async () => {
  const { store, ada, bob } = await company({
    dice: { whole: (_, high) => high === 20 ? 19 : high },
  });
  store.entries.set("rank/Ada/Masters", "true");
  store.entries.set("mined/Ada/Ada.000000000000000f", "1000");
  for (const [index, [kind, count, cost]] of [["desk", 1, 700], ["gpu", 2, 10]].entries()) {
    const deed = { deed: "buy", kind, count, cost, seen: 1_000 };
    const key = `deed/Ada/00000000000${index + 1}/Ada.000000000000000f`;
    store.entries.set(key, JSON.stringify(deed));
  }
  const takes = (said: string) => [...said.matchAll(/take (\d+) steps/g)].map(([, steps]) => steps);
  await ada.type("group Bob");
  assertEquals(takes(await ada.type("solve 1")), ["22", "22"]);
  await bob.type("move fence");
  assertEquals(takes(await ada.type("solve")), ["21"]);
  await ada.type("resign");
  assertEquals(takes(await ada.type("solve")), ["21"]);
  await bob.type("move 5");
  assertEquals(takes(await ada.type("solve")), ["22"]);
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who is ignored is heard nowhere, and again when no longer ignored", async () => {
  const { store, ada, bob } = await company();
  assertEquals(await ada.type("ignore Bob"), "You do not hear Bob any more.\n");
  await bob.type("say hello");
  await bob.type("tell Ada psst");
  await bob.type("chat hello");
  assertEquals(await ada.lookAround(), "");
  assert(!(await ada.type("look")).includes("Bob says"));
  assert(!(await ada.type("chat")).includes("Bob"));
  assertEquals(store.entries.get("ignore/Ada"), '["Bob"]');
  const none = await ada.type("letters");
  await bob.type("write Ada dear Ada");
  assertEquals(await ada.type("letters"), none);
  assertEquals(await ada.type("ignore Bob"), "You hear Bob again.\n");
  assertStringIncludes(await ada.type("letters"), "dear Ada");
  await bob.type("say again");
  assertEquals(await ada.lookAround(), "Bob says: again\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("reply tells whoever told something last", async () => {
  const { ada, bob } = await company();
  assertStringIncludes(await ada.type("reply hello"), "Nobody has told you anything yet.");
  await bob.type("tell Ada psst");
  await ada.lookAround();
  assertEquals(await ada.type("reply what is it?"), "You tell Bob: what is it?\n");
  assertEquals(await bob.lookAround(), "Ada tells you: what is it?\n");
  assertStringIncludes(await bob.type("reply"), "Tell whom, and what?");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("a player is named in whatever case", async () => {
  const { store, ada, bob } = await company();
  store.entries.set("mined/Ada/Ada.000000000000000f", "9");
  assertEquals(await ada.type("give BOB 2"), "You give Bob 2 coins. You have 7 now.\n");
  assertEquals(await ada.type("lend bob 2"), "You lend Bob 2 coins. You have 5 now.\n");
  assertEquals(await ada.type("write bob hi"), "You write to Bob: hi\n");
  assertEquals(await ada.type("give ada 1"), "That is you. It would change nothing.\n");
  assertStringIncludes(await ada.type("group bOb"), "You are in the study group of Bob now.");
  assertEquals(await ada.type("ignore bob"), "You do not hear Bob any more.\n");
  assertEquals(store.entries.get("ignore/Ada"), '["Bob"]');
  assertEquals(await ada.type("ignore BOB"), "You hear Bob again.\n");
  assertEquals(await ada.type("ignore Eve"), 'Nobody called "Eve" has ever enrolled.\n');
  // Where two are written so, the one that is typed is meant.
  store.entries.set("player/bob", "true");
  assertEquals(await ada.type("give bob 1"), "You give bob 1 coin. You have 4 now.\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("a player is named without the marks on its letters, where that is one alone", async () => {
  const { store, clock, ada, bob } = await company();
  const zoe = await Seat.take(store, "Zoë", clock.skewed(0));
  const łukasz = await Seat.take(store, "Łukasz", clock.skewed(0));
  store.entries.set("mined/Ada/Ada.000000000000000f", "9");
  assertEquals(await ada.type("tell zoe hi"), "You tell Zoë: hi\n");
  assertEquals(await ada.type("give Zoe 2"), "You give Zoë 2 coins. You have 7 now.\n");
  assertEquals(await ada.type("write lukasz hi"), "You write to Łukasz: hi\n");
  assertEquals(await ada.type("ignore zoe"), "You do not hear Zoë any more.\n");
  assertEquals(await ada.type("ignore zoe"), "You hear Zoë again.\n");
  assertStringIncludes(await ada.type("sign zoe"), "Zoë");
  // Where two are meant, nobody is; and who is called so is meant alone.
  store.entries.set("player/Zoé", "true");
  assertEquals(await ada.type("give zoe 1"), 'Nobody called "zoe" has ever enrolled.\n');
  store.entries.set("player/zoe", "true");
  assertEquals(await ada.type("give zoe 1"), "You give zoe 1 coin. You have 6 now.\n");
  await Promise.all([ada.leave(), bob.leave(), zoe.leave(), łukasz.leave()]);
});

Deno.test("who says who is away, and who has typed nothing for a while", async () => {
  const { clock, ada, bob } = await company();
  await bob.type("away at lunch");
  assertStringIncludes(
    await ada.type("who"),
    "Bob, Undergraduate, Gates 5th Floor, away: at lunch\n",
  );
  assertStringIncludes(await ada.type("tell Bob hi"), "Bob is away: at lunch\n");
  // Who is back and does not think of it hears so, once.
  assert(!(await bob.type("")).includes("Others are told that you are away"));
  assertStringIncludes(
    await bob.type("inv"),
    "Others are told that you are away: away ends that.\n",
  );
  assert(!(await bob.type("inv")).includes("Others are told"));
  await bob.type("away");
  for (let passed = 0; passed < idleMs + heartbeatMs; passed += heartbeatMs) {
    clock.ms += heartbeatMs;
    await bob.lookAround();
  }
  assertStringIncludes(
    await ada.type("who"),
    "Bob, Undergraduate, Gates 5th Floor, idle for 3 minutes\n",
  );
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("work shows who is at the problem, and how much each took", async () => {
  const { ada, bob } = await company();
  await ada.type("solve");
  await bob.type("solve");
  for (
    let tries = 0;
    tries < 20 && !(await ada.type("work")).includes("Ada (you): 1 step");
    tries++
  ) {
    await ada.type("solve");
  }
  const said = await bob.type("work");
  assertStringIncludes(said, "The problem of Undergraduate: ");
  assertStringIncludes(said, "Ada: 1 step taken\nBob (you): is at it\n");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("nobody says so much at once that is kept for long", async () => {
  const { store, clock, ada, bob } = await company();
  const kept = () => [...store.entries.keys()].filter((key) => /^(chat|post)\//.test(key)).length;
  for (let line = 0; line < 10; line++) {
    await ada.type(`chat ${line}`);
    await ada.type(`write Bob ${line}`);
  }
  assertEquals(kept(), eventsPerBucketMax);
  assertStringIncludes(await ada.type("write Bob more"), "You are out of breath.");
  clock.ms += eventBucketMs;
  assertStringIncludes(await ada.type("write Bob more"), "You write to Bob: more");
  await Promise.all([ada.leave(), bob.leave()]);
});
