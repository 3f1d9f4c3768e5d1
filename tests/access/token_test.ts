import { createHash } from "node:crypto";
import {
  Access,
  Admission,
  hashOfToken,
  isToken,
  isTokenHash,
  newToken,
  Rights,
  type Role,
  World,
} from "../../access/mod.ts";
import { accessLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertNotEquals, fc } from "../deps.ts";
import { makeToken } from "../support/tokens.ts";

/** Where tokens are shown. */
const host = "192.0.2.7";

Deno.test("newToken() makes another one each time, of a form that is known", () => {
  const tokens = Array.from({ length: 100 }, newToken);
  assertEquals(new Set(tokens).size, 100);
  for (const token of tokens) assert(isToken(token), token);
  assert(!isToken("hunter2"));
  assert(!isToken(`${tokens[0]}A`));
});

Deno.test("hashOfToken() is SHA-256, and shows nothing of the token", () => {
  const token = newToken();
  const digest = createHash("sha256").update(token).digest("hex");
  assertEquals(hashOfToken(token), `sha256:${digest}`);
  assert(isTokenHash(hashOfToken(token)));
  assert(!isTokenHash(token));
  assert(!isTokenHash(`sha256:${digest.slice(1)}`));
});

Deno.test("Access finds each of its tokens, and no other", () => {
  const made = Array.from({ length: 20 }, (_, i) => makeToken("read", [], `t${i}`));
  const access = new Access(made.map(({ entry }) => entry), realEnvironment);
  for (const { token, entry } of made) assertEquals(access.admit(token, host)?.name, entry.name);
  const [{ token }] = made;
  for (const wrong of ["", newToken(), token.slice(1), `${token} `, token.toUpperCase()]) {
    assertEquals(access.admit(wrong, host), undefined, "a wrong token");
  }
  assertEquals(access.admit(token + "x".repeat(accessLimits.tokenCharsMax), host), undefined);
  assertEquals(access.admit("x".repeat(1 << 20), host), undefined);
});

Deno.test("a token that is too long is none, though the hash of nothing is in the file", () => {
  const entry = { name: "empty", hash: hashOfToken(""), role: "admin" as const, prefixes: [] };
  const access = new Access([entry], realEnvironment);
  assertEquals(access.admit("x".repeat(accessLimits.tokenCharsMax + 1), host), undefined);
});

Deno.test("an Admission counts wrong tokens, and is barred at the third, whatever comes then", () => {
  const { token, entry } = makeToken("write");
  const admission = new Admission(new Access([entry], realEnvironment), host);
  assert(!admission.show(newToken()));
  assert(admission.show(token));
  assert(!admission.show("x"));
  assert(admission.rights?.allow("write"), "a wrong token takes away what the right one gave");
  assert(!admission.isBarred);
  assert(!admission.show(newToken()));
  assert(admission.isBarred);
  assert(!admission.show(token), "a barred one is let in");
  assertNotEquals(admission.refusal("nothing"), undefined);
});

Deno.test("a token that must have a name is wrong under another one", () => {
  const { token, entry } = makeToken("read", [], "ada");
  const admission = new Admission(new Access([entry], realEnvironment), host);
  assert(!admission.show(token, "bob"));
  assertEquals(admission.rights, undefined);
  assert(admission.show(token, "ada"));
});

Deno.test("replace() revokes the rights of a token that is gone, and of no other", () => {
  const [kept, gone] = [makeToken("admin", [], "kept"), makeToken("admin", [], "gone")];
  const access = new Access([kept.entry, gone.entry], realEnvironment);
  const [of, other] = [new Admission(access, host), new Admission(access, host)];
  of.show(kept.token);
  other.show(gone.token);
  access.replace([{ ...kept.entry, name: "renamed", role: "read" }]);
  assert(!of.revoke());
  assert(of.rights!.allow("admin"), "an open connection keeps what it was given");
  assert(other.revoke());
  assertEquals(other.rights, undefined);
  assert(!other.show(kept.token), "a revoked connection is let in again");
});

Deno.test("each role meets these needs", () => {
  const table: Record<Role, string> = {
    read: "nothing token read",
    write: "nothing token read write",
    admin: "nothing token read write admin",
    peer: "nothing token peer",
  };
  const needs = ["nothing", "token", "read", "write", "admin", "peer"] as const;
  for (const [role, met] of Object.entries(table)) {
    const rights = new Rights({ name: "", hash: "", role: role as Role, prefixes: [] });
    assertEquals(needs.filter((need) => rights.allow(need)).join(" "), met, role);
  }
});

Deno.test("a World covers the keys below its prefixes, as a dumb model says", () => {
  const key = fc.string({ unit: fc.constantFrom("a", "b", "ü"), maxLength: 4 });
  fc.assert(fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), key, (prefixes, key) => {
    const world = new World(prefixes);
    const bytes = new TextEncoder().encode(key);
    const covered = prefixes.some((prefix) => key.startsWith(prefix));
    assertEquals(world.covers(bytes, 0, bytes.length), covered);
    // What `below` names is disjoint, and all that both contain.
    const below = world.below(bytes).map((part) => new TextDecoder().decode(part));
    for (const other of ["", "a", "ab", "b", "ba", "ü", "aü", "abab"]) {
      const whole = key + other;
      const within = below.filter((part) => whole.startsWith(part)).length;
      assertEquals(within, prefixes.some((prefix) => whole.startsWith(prefix)) ? 1 : 0);
    }
  }));
});
