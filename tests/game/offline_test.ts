/** A player at a terminal sees in the prompt that no server answers, and hears when one does again. */

import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { Seat } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

const now = () => 1_000_000_000;
const prompt = "Undergraduate, 0 coins, Gates 5th Floor> ";

Deno.test("two polls that fail show that the player is offline, one does not", async () => {
  const store = new MemoryStore();
  const ada = await Seat.take(store, "Ada", { now });
  for (const offline of [false, true]) {
    store.failures = 1_000;
    await ada.lookAround();
    assertEquals(ada.prompt, prompt);
    if (offline) {
      assertEquals(await ada.lookAround(), "");
      assertEquals(ada.prompt, `offline, ${prompt}`);
      assertEquals(await ada.lookAround(), "");
    }
    store.failures = 0;
    const heard = await ada.lookAround();
    assertEquals(heard.includes("The network is back: a server answers again.\n"), offline);
    assertEquals(ada.prompt, prompt);
    assertEquals(await ada.lookAround(), "");
  }
  await ada.leave();
});

Deno.test("a poll that nobody answers in time shows that the player is offline", async () => {
  const store = new MemoryStore();
  const ada = await Seat.take(store, "Ada", { now });
  const list = store.list;
  const answered = Promise.withResolvers<void>();
  store.list = async (prefix) => {
    await answered.promise;
    return await list.call(store, prefix);
  };
  const looking = ada.lookAround();
  while (ada.prompt === prompt) {
    ada.beLate();
    await undefined;
  }
  assertEquals(ada.prompt, `offline, ${prompt}`);
  answered.resolve();
  assertStringIncludes(await looking, "The network is back");
  assertEquals(ada.prompt, prompt);
  await ada.leave();
});

Deno.test("a command that nobody answers shows it at once, also to somebody who is not in yet", async () => {
  const store = new MemoryStore();
  store.failures = 1_000;
  const ada = await Seat.take(store, "Ada", { now });
  assertEquals(ada.prompt, "offline> ");
  store.failures = 0;
  assertStringIncludes(await ada.lookAround(), "The network is back");
  assertEquals(ada.prompt, "> ");
  await ada.type("");
  assertEquals(ada.prompt, prompt);
  store.failures = 1_000;
  assertStringIncludes(await ada.type("inv"), "The network is having a moment");
  assertEquals(ada.prompt, `offline, ${prompt}`);
  store.failures = 0;
  await ada.leave();
});

Deno.test("somebody to whom lines are read hears of both, behind the line being typed", async () => {
  const store = new MemoryStore();
  const ada = await Seat.take(store, "Ada", { now, manner: "spoken" });
  store.failures = 1_000;
  await ada.lookAround();
  assertEquals(await ada.lookAround(), "");
  assertEquals(ada.prompt, "> ");
  const heard = await ada.type("");
  assert(heard.startsWith("No server answers at the moment. You are offline.\n"), heard);
  assertEquals(ada.prompt, "offline> ");
  store.failures = 0;
  await ada.lookAround();
  assertStringIncludes(await ada.type(""), "The network is back: a server answers again.\n");
  assertEquals(ada.prompt, "> ");
  await ada.leave();
});
