import { Attempts } from "../../app/doors/names/attempts.ts";
import { doorLimits } from "../../limits.ts";
import { assert, assertEquals } from "../deps.ts";

const { wrongPasswordsMax, wrongPasswordMs } = doorLimits;

/** Counts on a clock of the test's own. */
function attempts() {
  const clock = { nowMs: 1_000_000, monotonicMs: () => clock.nowMs };
  return { clock, attempts: new Attempts(clock) };
}

Deno.test("wrong passwords are counted by name and by address, and one more may be tried in a while", () => {
  const { clock, attempts: it } = attempts();
  for (let i = 0; i < wrongPasswordsMax; i++) {
    assertEquals(it.waitMs("ada", "192.0.2.1"), 0);
    it.wrong("ada", "192.0.2.1");
  }
  assert(it.waitMs("ada", "192.0.2.2") > 0, "another address goes on with the name");
  assert(it.waitMs("bob", "192.0.2.1") > 0, "the address goes on with another name");
  assertEquals(it.waitMs("bob", "192.0.2.2"), 0);
  clock.nowMs += wrongPasswordMs;
  assertEquals(it.waitMs("ada", "192.0.2.1"), 0);
});

Deno.test("who tries a name elsewhere does not keep its owner out, where the owner came in before", () => {
  const { attempts: it } = attempts();
  it.right("ada", "192.0.2.1");
  for (let i = 0; i < 2 * wrongPasswordsMax; i++) it.wrong("ada", `192.0.2.${100 + i}`);
  assertEquals(it.waitMs("ada", "192.0.2.1"), 0);
  assert(it.waitMs("ada", "192.0.2.2") > 0);
  // Who lives with the owner guesses no more than anybody.
  for (let i = 0; i < wrongPasswordsMax; i++) it.wrong("ada", "192.0.2.1");
  assert(it.waitMs("ada", "192.0.2.1") > 0);
});
