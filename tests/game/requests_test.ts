/** How many requests to the store each command of the game makes. */

import { assertEquals } from "../deps.ts";
import { presenceBucketMs } from "../../app/game/world/bounds.ts";
import { keys } from "../../app/game/state/keys.ts";
import { MemoryStore, play } from "./stage.ts";

/** A store that counts what it is asked. */
class CountingStore extends MemoryStore {
  #counts = { get: 0, list: 0, put: 0 };

  override get(key: string) {
    this.#counts.get++;
    return super.get(key);
  }

  override list(prefix: string) {
    this.#counts.list++;
    return super.list(prefix);
  }

  override put(key: string, value: string) {
    this.#counts.put++;
    return super.put(key, value);
  }

  /** What it was asked since the last call. */
  taken(): string {
    const { get, list, put } = this.#counts;
    this.#counts = { get: 0, list: 0, put: 0 };
    return `${get} get, ${list} list, ${put} put`;
  }
}

/**
 * Lines that a player types one after the other, and their requests. To read the whole character takes
 * two Gets and seven Lists; to read who is playing, one List for each of three buckets. Who speaks for
 * the first time is told if nobody is there.
 */
const expected: readonly (readonly [line: string, requests: string])[] = [
  ["help", "0 get, 0 list, 0 put"],
  ["nonsense", "0 get, 0 list, 0 put"],
  ["say hello", "1 get, 1 list, 1 put"],
  ["emote waves", "1 get, 0 list, 1 put"],
  ["tell bob hello", "0 get, 1 list, 1 put"],
  ["who", "0 get, 1 list, 0 put"],
  ["look", "1 get, 7 list, 0 put"],
  ["leaderboard", "0 get, 3 list, 0 put"],
  ["stats", "2 get, 7 list, 0 put"],
  ["inv", "2 get, 7 list, 0 put"],
  ["shop", "2 get, 7 list, 0 put"],
  ["map", "1 get, 2 list, 0 put"],
  ["move", "0 get, 0 list, 0 put"],
  ["move 6", "1 get, 1 list, 4 put"],
  ["mine", "2 get, 7 list, 1 put"],
  ["mine 3", "4 get, 14 list, 2 put"],
  ["buy cpu 1", "4 get, 14 list, 1 put"],
  ["solve", "5 get, 18 list, 1 put"],
  ["say hm", "1 get, 0 list, 1 put"],
  ["solve", "2 get, 13 list, 1 put"],
  ["resign", "0 get, 0 list, 0 put"],
];

Deno.test("each command makes no more requests to the store than it needs", async () => {
  const store = new CountingStore();
  store.entries.set(
    keys.here(Math.floor(1_000_000 / presenceBucketMs), "bob"),
    JSON.stringify({ at: 1_000_000, place: "5", rank: "Undergraduate", gone: false }),
  );
  const counted: (readonly [string, string])[] = [];
  await play(function* () {
    store.taken();
    for (const [line] of expected) {
      yield line;
      counted.push([line, store.taken()]);
    }
  }, { store, name: "alice" });
  assertEquals(counted, expected);
});

Deno.test("what is said is heard where another session of the player has gone", async () => {
  const store = new MemoryStore();
  await play(function* () {
    yield "say one";
    store.entries.set(keys.place("alice"), "bridge");
    yield "say two";
    yield "emote waves";
  }, { store, name: "alice" });
  const scenes = [...store.entries].filter(([key]) => key.startsWith("scene/"));
  const said = scenes.flatMap(([key, value]) =>
    (JSON.parse(value) as { did: string; words?: string }[])
      .filter(({ words }) => words !== undefined)
      .map(({ words }) => `${key.split("/")[2]}: ${words}`)
  );
  assertEquals(said.sort(), ["5: one", "bridge: two", "bridge: waves"]);
});
