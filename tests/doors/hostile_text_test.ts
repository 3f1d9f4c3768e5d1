import { assert, assertEquals, fc } from "../deps.ts";
import { house } from "./house.ts";

/** What acts on a terminal, changes the direction of text, or covers the rows around. */
// deno-lint-ignore no-control-regex -- that is what must not be there
const acting = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\p{M}{4}/u;

const pieces = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "\x1b[2J",
    "\x9b31m",
    "\u202e",
    "\u2066",
    "Z\u0351\u0352\u0353\u0354\u0355",
    "\x07",
  ),
  fc.constantFrom("\xff\xfb\x01", "%s", "<script>", "\\u001b[2J", "\ud800", "'; DROP", "\u0000"),
);

const commands = [
  ...["say", "emote", "tell Bob", "chat", "write Bob", "away", ""],
  ...["alias x", "move", "buy", "help", "give", "group", "read", "fame", "mine for"],
];

Deno.test("whatever a player types, others are shown text and nothing that acts", async () => {
  await using it = house();
  const [ada, bob] = [await it.enter("Ada"), await it.enter("Bob")];
  await ada.sees("Bob wakes up");
  const random = fc.sample(fc.array(pieces, { minLength: 1, maxLength: 8 }), 64);
  for (const [i, words] of random.entries()) {
    const command = commands[i % commands.length];
    ada.press(`${command} ${words.join("")}\n`);
    // So often one may speak.
    await it.world.advance(21_000);
  }
  // What waits for who asks.
  ada.press("away \x1b[2J\u202eZ\u0351\u0352\u0353\u0354\n");
  await it.world.advance(21_000);
  for (const question of ["who", "letters", "chat", "look"]) bob.type(question);
  await it.world.advance(21_000);
  ada.type("say That was all.");
  await bob.sees("Ada says: That was all.");
  for (const shown of ["[chat] Ada", "Ada tells you", "New, Ada", ", away: "]) {
    assert(bob.said.includes(shown), shown);
  }
  for (const { said, allTold } of [ada, bob]) {
    const found = acting.exec(said);
    assertEquals(found && JSON.stringify(said.slice(found.index - 40, found.index + 10)), null);
    for (const [name, data] of allTold) {
      if (name === "Comm.Channel") assert(!acting.test((data as { text: string }).text));
    }
  }
});
