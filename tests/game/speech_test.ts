/** What players say: who hears it, how often, and what cannot be said. */

import { eventBucketMs, eventsPerBucketMax, saidCharsMax } from "../../app/game/world/bounds.ts";
import { StoreFailure } from "../../app/game/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { Clock, company } from "./company.ts";
import { Seat } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

Deno.test("tell is heard anywhere, by one player, and refused where nobody hears it", async () => {
  const { store, clock, ada, bob } = await company();
  const eve = await Seat.take(store, "Eve", clock.skewed(0));
  await bob.type("move fence");
  await Promise.all([ada.lookAround(), eve.lookAround()]);
  assertEquals(await bob.type("tell Ada meet me here"), "You tell Ada: meet me here\n");
  assertEquals(await eve.lookAround(), "");
  assertEquals(await ada.lookAround(), "Bob tells you: meet me here\n");
  assertEquals(await bob.type("tell ADA hi"), "You tell Ada: hi\n");
  assertEquals(await ada.lookAround(), "Bob tells you: hi\n");
  assertMatch(await bob.type("tell Adda hi"), /^Nobody called "Adda" .* Did you mean Ada\?\n$/);
  assertMatch(await bob.type("tell Zoe hi"), /^Nobody called "Zoe" is playing.*who/);
  assertStringIncludes(await bob.type("tell bob hi"), "Nobody has to be told");
  assertStringIncludes(await bob.type("tell Ada"), "tell NAME");
  assertStringIncludes(await bob.type("tell"), "tell NAME");
  assertStringIncludes(await bob.type("say"), "Say what?");
  assertStringIncludes(await bob.type("emote"), "Do what?");
  assertStringIncludes(await bob.type(`say ${"x".repeat(saidCharsMax + 1)}`), "a little much");
  assertEquals(await ada.lookAround(), "");
  await Promise.all([ada.leave(), bob.leave(), eve.leave()]);
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
  const { store, clock, ada, bob } = await company();
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
  const said = words.map((word) => `Bob says: ${word} (just now)\n`);
  const eve = await Seat.take(store, "Eve", clock.skewed(0));
  assertStringIncludes(await eve.type("look"), said.join(""));
  await Promise.all([ada.leave(), bob.leave(), eve.leave()]);
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
