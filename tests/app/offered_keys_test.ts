import { assertEquals } from "../deps.ts";
import { isOffered } from "../../app/kv/offered_keys.ts";
import { Client } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { withServer } from "./with_server.ts";

/** Keys, and whether a shell may offer them. */
const cases: [string, boolean][] = [
  ["a", true],
  ["a b", true],
  ["$(x)", true],
  ["日本 ä", true],
  ["a-b", true],
  ["", false],
  ["-", false],
  ["--server", false],
  ["a\tb", false],
  ["a\nb", false],
  ["a\0", false],
  ["\x1b[2J", false],
  ["a\x7f", false],
  ["a\u0085", false],
  ["a\u009b2J", false],
  ["a\u202e", false],
  ["a\u2066", false],
  ["a\u2028", false],
  ["a".repeat(appLimits.offeredKeyCharsMax), true],
  ["a".repeat(appLimits.offeredKeyCharsMax + 1), false],
];

Deno.test("isOffered() holds back what acts on a terminal, looks like an option or is too long", () => {
  for (const [key, expected] of cases) assertEquals(isOffered(key), expected, JSON.stringify(key));
});

Deno.test("kv complete-keys prints the keys to offer, of the first thousand with the prefix", () =>
  withServer(async (server) => {
    await using client = new Client(server);
    const keys = Array.from({ length: appLimits.completionKeysMax + 1 }, (_, i) => `k${1e6 + i}`);
    await Promise.all([...keys, "k", "k\n1", "other"].map((key) => client.put(key, "")));
    const { code, stdout } = await runCmud(["kv", "complete-keys", "--server", server, "--", "k"]);
    assertEquals(code, 0);
    // "k" and the one that is held back are among the thousand.
    assertEquals(stdout, ["k", ...keys.slice(0, -3)].map((key) => `${key}\n`).join(""));
  }));
