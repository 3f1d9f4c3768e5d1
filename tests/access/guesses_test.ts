import { Access, Admission, newToken } from "../../access/mod.ts";
import { accessLimits } from "../../limits.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { makeToken } from "../support/tokens.ts";

const { wrongTokensFromAddressMax, wrongTokenMs } = accessLimits;
const host = "192.0.2.7";

/** A server's tokens, of which `right` is one, on a clock of the test's own. */
function guessed() {
  const clock = { nowMs: 1_000_000, monotonicMs: () => clock.nowMs };
  const right = makeToken("write", [], "right");
  const refused = { wrong: 0, unheard: 0 };
  const access = new Access([right.entry], clock);
  access.onRefused = (why) => refused[why]++;
  /** Shows a token on a connection of its own. */
  const show = (token: string, from = host) => {
    const admission = new Admission(access, from);
    return { isIn: admission.show(token), admission };
  };
  /** Guesses until no token is looked at any more. @returns how many were. */
  const exhaust = () => {
    for (let count = 1;; count++) {
      if (show(newToken()).admission.isBarred) return count;
      assert(count <= wrongTokensFromAddressMax, "a guesser who connects anew goes on for ever");
    }
  };
  return { clock, right, refused, show, exhaust };
}

Deno.test("who connects anew for each guess is turned away at the bound, and has one more in a while", () => {
  const { clock, refused, show, exhaust } = guessed();
  assertEquals(exhaust(), wrongTokensFromAddressMax);
  for (let i = 0; i < 10; i++) assert(show(newToken()).admission.isBarred);
  assertEquals(refused, { wrong: wrongTokensFromAddressMax, unheard: 10 });
  const { admission } = show(newToken());
  assertMatch(admission.tokenRefusal, /from this address, one is looked at again in 5 s$/);
  assertMatch(admission.refusal("nothing")!, /from this address/);
  clock.nowMs += wrongTokenMs;
  assertEquals(exhaust(), 1);
});

Deno.test("a right token behind the address of a guesser waits no longer than the next one is looked at", () => {
  const { clock, right, show, exhaust } = guessed();
  exhaust();
  assert(!show(right.token).isIn, "a guess that is right gets in at once");
  for (let i = 0; i < 100; i++) show(newToken());
  clock.nowMs += wrongTokenMs;
  assert(show(right.token).isIn);
});

Deno.test("a token that was let in from an address is let in from there, whatever else is tried", () => {
  const { right, show, exhaust } = guessed();
  assert(show(right.token).isIn);
  exhaust();
  assert(show(right.token).isIn);
  assert(!show(newToken()).isIn);
});

Deno.test("guesses from one address hinder nobody at another one", () => {
  const { right, show, exhaust } = guessed();
  exhaust();
  for (const other of ["192.0.2.8", "::ffff:192.0.2.9", "[2001:db8::1]"]) {
    assert(show(right.token, other).isIn, other);
  }
});

Deno.test("a client that shows the same outdated token for ever takes nothing from others", () => {
  const { right, refused, show } = guessed();
  const outdated = newToken();
  for (let i = 0; i < 10 * wrongTokensFromAddressMax; i++) assert(!show(outdated).isIn);
  assert(show(right.token).isIn);
  assertEquals(refused, { wrong: 10 * wrongTokensFromAddressMax, unheard: 0 });
});

Deno.test("what was not looked at counts as wrong when it is", () => {
  const { clock, show, exhaust } = guessed();
  exhaust();
  const token = newToken();
  show(token);
  clock.nowMs += wrongTokenMs;
  show(token);
  assert(show(newToken()).admission.waitMs > 0, "it took no place");
});

Deno.test("whoever has a network of IPv6 guesses as one who has an address", () => {
  const { right, show } = guessed();
  for (let i = 0; i < wrongTokensFromAddressMax; i++) {
    show(newToken(), `[2001:db8:1:2::${i.toString(16)}]`);
  }
  assert(!show(right.token, "[2001:db8:1:2:ffff::1]").isIn);
  assert(show(right.token, "[2001:db8:1:3::1]").isIn);
});

Deno.test("tokens that are too long are guesses too, each of them", () => {
  const { show } = guessed();
  const long = "x".repeat(accessLimits.tokenCharsMax + 1);
  for (let i = 0; i < wrongTokensFromAddressMax; i++) show(long);
  assert(show(long).admission.waitMs > 0);
});
