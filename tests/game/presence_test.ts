/** Who is playing, as others see it. */

import { presenceBucketMs, presentMs } from "../../app/game/world/bounds.ts";
import { keys } from "../../app/game/state/keys.ts";
import { pause } from "../../app/cli/pause.ts";
import { readPresent } from "../../app/game/state/presence.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { Clock, company } from "./company.ts";
import { Seat } from "./seat.ts";
import { MemoryStore, play } from "./stage.ts";

Deno.test("whose clock was an hour ahead, and is set right, is seen and heard again", async () => {
  const store = new MemoryStore();
  const clock = new Clock();
  let aheadMs = 3_600_000;
  const ada = await Seat.take(store, "Ada", clock.skewed(0));
  const bob = await Seat.take(store, "Bob", { now: () => clock.ms + aheadMs });
  assert(!(await ada.type("who")).includes("Bob"));
  await bob.type("say too early");
  assertEquals(await ada.lookAround(), "");
  aheadMs = 0;
  await bob.type("say hello");
  assertEquals(await ada.lookAround(), "Bob says: hello\n");
  assertStringIncludes(await ada.type("who"), "Bob");
  await Promise.all([ada.leave(), bob.leave()]);
});

Deno.test("who shows those who are playing, until a minute after their last sign of life", async () => {
  const { clock, store, ada, bob } = await company();
  const both = "Ada (you), Undergraduate, Gates 5th Floor\nBob, Undergraduate, Gates 5th Floor\n";
  assertEquals(await ada.type("who"), both);
  // Bob's machine is gone, without a word.
  for (let passed = 0; passed < presentMs; passed += 10_000) {
    clock.ms += 10_000;
    await ada.lookAround();
    assertEquals(await ada.type("who"), both);
  }
  clock.ms += 1;
  assertEquals(await ada.type("who"), both.split("\n")[0] + "\n");
  assertStringIncludes(await ada.type("tell Bob hi"), "Nobody called");
  await bob.lookAround();
  assertEquals(await ada.type("who"), both);
  await bob.type("quit");
  assertEquals(await ada.type("who"), both.split("\n")[0] + "\n");
  const eve = await Seat.take(store, "Eve", clock.skewed(0));
  await eve.type("move bridge");
  assertStringIncludes(await ada.type("who"), "Eve, Undergraduate, Randy Pausch Bridge\n");
  await Promise.all([ada.leave(), eve.leave()]);
});

Deno.test("the newest sign of life counts, in whatever bucket it stands", async () => {
  const sign = (at: number, gone: boolean) => JSON.stringify({ at, place: "5", rank: "PhD", gone });
  const now = 10 * presenceBucketMs;
  const store = new MemoryStore([
    [keys.here(9, "Ada"), sign(now + 2, false)],
    [keys.here(10, "Ada"), sign(now + 1, true)],
    [keys.here(10, "Bob"), sign(now + 2, true)],
    [keys.here(11, "Bob"), sign(now + 1, false)],
    [keys.here(12, "Eve"), sign(now, false)],
    [keys.here(10, "Zed"), sign(now, false).padEnd(2_500)],
  ]);
  const { records, skipped } = await readPresent(store, now);
  assertEquals([records.map(({ name }) => name), skipped], [["Ada"], 1]);
});

Deno.test("whoever leaves waits until others know of it", async () => {
  const store = new MemoryStore();
  const put = store.put;
  store.put = async (key, value) => {
    await pause(5);
    await put.call(store, key, value);
  };
  await play(["Ada", "quit"], { store, pause });
  const [sign] = [...store.entries].filter(([key]) => key.startsWith("here/"));
  assertEquals(JSON.parse(sign[1]).gone, true);
});
