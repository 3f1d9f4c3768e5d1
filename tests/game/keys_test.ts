import { keyKinds, keys } from "../../app/game/state/keys.ts";
import { assert } from "../deps.ts";

Deno.test("all that the game writes stands below the kinds of keys that there are", () => {
  const kinds = new Set<string>(keyKinds);
  const used = new Set<string>();
  for (const [record, key] of Object.entries(keys)) {
    const args = Array.from({ length: key.length }, () => "1") as unknown as Parameters<typeof key>;
    const [kind] = (key as (...args: unknown[]) => string)(...args).split("/");
    assert(kinds.has(kind), `${record} stands below ${kind}/, which no backup of the game has`);
    used.add(kind);
  }
  assert(used.size === kinds.size, "a kind of key is of no record");
});
