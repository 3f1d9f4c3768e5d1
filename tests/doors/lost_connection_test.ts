/** A session outlives a lost connection, and a lost server of the store. */

import { doorLimits } from "../../limits.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { MemoryStore } from "../game/stage.ts";
import { until } from "../support/until.ts";
import { house } from "./house.ts";
import { passwordOf } from "./newcomer.ts";

Deno.test("a session is held while its connection is lost, and goes on by its secret or by logging in", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  const bob = await it.enter("Bob");
  await ada.sees("Bob wakes up");
  const { secret } = ada.told.get("CMUD.Session") as { secret: string };
  ada.lose();
  bob.type("say Are you there?");
  await bob.sees("You say");
  await it.world.advance(3_000);
  assertEquals(it.host.sessions, 2);
  const back = await it.come({ secret });
  assert(back.isIn);
  assertStringIncludes(await back.sees("Bob says: Are you there?"), "You are back.");
  await back.sees(/Undergraduate.*>/);
  // Whoever comes back with another client is shown what that can show.
  const heard = await it.come({ secret, manner: "spoken" });
  await heard.sees("You are back.\n> ");
  await back.sees("You have come in through another door");
  heard.type("say Yes.");
  await bob.sees("Ada says: Yes.");
  assertEquals((bob.told.get("Comm.Channel") as { text: string }).text, "Yes.");
  // Another connection of the same player takes over.
  const elsewhere = await it.come();
  await elsewhere.sees("Name: ");
  elsewhere.type("ADA");
  await elsewhere.sees("Password: ");
  elsewhere.type(passwordOf("Ada"));
  await elsewhere.sees("You are back.");
  await heard.sees("You have come in through another door");
  assert(back.isClosed && heard.isClosed);
  assertEquals(it.host.sessions, 2);
  // For ever nobody is waited for.
  elsewhere.lose();
  await it.world.advance(doorLimits.heldMs + 2 * doorLimits.lookEveryMs);
  await bob.sees("Ada goes home.");
  await until("it is over", () => it.host.sessions === 1);
  const late = await it.come({ secret });
  await late.sees("Name: ");
});

Deno.test("what a lost connection took and did not deliver is shown again, and nothing twice", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  const bob = await it.enter("Bob");
  const says = async (words: string) => {
    bob.type(`say ${words}`);
    await bob.sees("You say");
  };
  await ada.sees("Bob wakes up");
  const { secret, typed } = ada.told.get("CMUD.Session") as { secret: string; typed: number };
  assertEquals(typed, 0);
  await says("First.");
  await ada.sees("Bob says: First.");
  const arrived = ada.writtenCount;
  await says("Second.");
  await ada.sees("Bob says: Second.");
  ada.type("stats");
  await ada.sees("Place: ");
  ada.lose();
  await says("Third.");
  const back = await it.come({ secret, heard: arrived });
  await back.sees("Bob says: Third.");
  const [before, missed] = back.said.split("You are back. While you were away:\n");
  assertEquals(before, "");
  assert(!missed.includes("First."));
  assert(missed.indexOf("Second.") < missed.indexOf("Place: "));
  assert(missed.indexOf("Place: ") < missed.indexOf("Third."));
  const now = back.told.get("CMUD.Session") as { typed: number; written: number };
  assertEquals(now.typed > 0, true);
  assert(now.written > arrived);
  // It is counted on from what was told last, and all has arrived.
  back.lose();
  const again = await it.come({ secret, heard: now.written + back.writtenCount });
  await again.sees("You are back.\n");
  assert(!again.said.includes("Bob says"));
  // A page that was loaded anew shows nothing, and is shown the newest as it was.
  again.lose();
  const anew = await it.come({ secret, heard: 0 });
  const shown = await anew.sees("You are back.\n");
  for (const said of ["First.", "Second.", "Third."]) {
    assertEquals(shown.split(said).length, 2, said);
  }
});

Deno.test("a store that is away for a moment costs nobody the session", async () => {
  await using it = house();
  const ada = await it.enter("Ada");
  it.store.failures = 3;
  ada.type("stats");
  await ada.sees("The network is having a moment: the world does not answer.");
  ada.type("stats");
  await ada.sees("Name: Ada");
  // Of servers, and that it is another one now, a player hears nothing.
  assert(!/server [1-9]/.test(ada.said));
  const bob = await it.come();
  await bob.sees("Name: ");
  it.store.failures = 1;
  bob.type("Bob");
  await bob.sees("The world does not answer");
  await bob.sees("Name: ");
});

Deno.test("where there is another server, one is lost without a word", async () => {
  await using it = house(new MemoryStore(), 2);
  const [ada, bob] = [await it.enter("Ada"), await it.enter("Bob")];
  await ada.sees("Bob wakes up");
  const before = ada.said.length;
  for (const line of ["stats", "say Hello, Bob.", "move up", "solve", "solve", "resign", "inv"]) {
    it.store.failures = 1;
    ada.type(line);
    await it.world.advance(21_000);
  }
  await bob.sees("Ada says: Hello, Bob.");
  const said = ada.said.slice(before);
  for (const answer of ["Name: Ada", "Gates 6th Floor", "Steps left: 100 of 100", "Coins: 0"]) {
    assertStringIncludes(said, answer);
  }
  assert(!/network|server|offline|does not answer/i.test(said), said);
});
