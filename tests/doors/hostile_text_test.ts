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

Deno.test("whatever a player types, others are shown text and nothing that acts", async () => {
  await using it = house();
  const [ada, bob] = [await it.enter("Ada"), await it.enter("Bob")];
  await ada.sees("Bob wakes up");
  const random = fc.sample(fc.array(pieces, { minLength: 1, maxLength: 8 }), 60);
  for (const [i, words] of random.entries()) {
    const command = ["say", "emote", "tell Bob", "", "alias x", "move", "buy", "help"][i % 8];
    ada.press(`${command} ${words.join("")}\n`);
    // So often one may speak.
    await it.world.advance(21_000);
  }
  ada.type("say That was all.");
  await bob.sees("Ada says: That was all.");
  for (const { said, allTold } of [ada, bob]) {
    const found = acting.exec(said);
    assertEquals(found && JSON.stringify(said.slice(found.index - 40, found.index + 10)), null);
    for (const [name, data] of allTold) {
      if (name === "Comm.Channel") assert(!acting.test((data as { text: string }).text));
    }
  }
});
