/** What others do is shown once, whatever the clocks, the order and the store's contents. */

import { eventBucketMs, eventsPerBucketMax, saidCharsMax } from "../../app/game/world/bounds.ts";
import { parseLetters, parseScene } from "../../app/game/state/events.ts";
import { keys } from "../../app/game/state/keys.ts";
import { happened } from "../../app/game/talk/news_text.ts";
import { NewsFilter, recent } from "../../app/game/state/news_filter.ts";
import { prefixes } from "../../app/game/state/keys.ts";
import { assert, assertEquals } from "../deps.ts";
import { diceFrom } from "../../app/game/world/dice.ts";
import { Prng } from "../../simulate/world/prng.ts";

const bob = "Bob.00000000000000b0";
const ada = "Ada.00000000000000a0";
const sessions = [bob, "Zed.00000000000000c0"];
const start = 1_000_000_000;

/** A store with what Bob says on the fence, and somebody who watches it. */
class Fence {
  readonly entries = new Map<string, string>();
  readonly filter = new NewsFilter({
    prefix: (bucket) => prefixes.scenes(bucket, "fence"),
    parse: parseScene,
    isOwn: (session) => session === ada,
  });

  /** Bob says it, at a moment of his clock. */
  say(words: string, at: number, session = bob): void {
    const key = keys.scene(Math.floor(at / eventBucketMs), "fence", session);
    const earlier = JSON.parse(this.entries.get(key) ?? "[]");
    this.entries.set(key, JSON.stringify([...earlier, { did: "say", words, at }]));
  }

  /** What is news at a moment of the watcher's clock. */
  look(nowMs: number): string[] {
    const prefixes = this.filter.prefixes(nowMs);
    const listed = [...this.entries].filter(([key]) => prefixes.some((p) => key.startsWith(p)));
    return this.filter.newsAmong(new Map(listed), nowMs).map(happened);
  }
}

Deno.test("a watch shows what is new since its first look, once", () => {
  const fence = new Fence();
  fence.say("before", start);
  assertEquals(fence.look(start), []);
  fence.say("one", start + 100);
  fence.say("two", start + 200);
  assertEquals(fence.look(start + 500), ["Bob says: one", "Bob says: two"]);
  assertEquals(fence.look(start + 1_000), []);
  fence.say("three", start + eventBucketMs);
  assertEquals(fence.look(start + eventBucketMs + 500), ["Bob says: three"]);
});

Deno.test("a watch shows what somebody does whose clock differs by nearly a bucket", () => {
  for (let skewMs = 1_000 - eventBucketMs; skewMs < eventBucketMs; skewMs += 1_000) {
    for (let phase = 0; phase < eventBucketMs; phase += 1_999) {
      const fence = new Fence();
      const now = start + phase;
      assertEquals(fence.look(now), []);
      fence.say("hi", now + skewMs);
      assertEquals(fence.look(now + 500), ["Bob says: hi"], `${skewMs} ${phase}`);
      assertEquals(fence.look(now + 1_000), []);
    }
  }
});

Deno.test("a watch shows nothing of one's own sessions, and nothing that is over", () => {
  const fence = new Fence();
  fence.look(start);
  fence.say("mine", start, ada);
  fence.say("long ago", start - 3 * eventBucketMs);
  assertEquals(fence.look(start + 500), []);
});

Deno.test("a watch lists three buckets, and forgets what it will not be asked for again", () => {
  const fence = new Fence();
  for (let now = start; now < start + 100 * eventBucketMs; now += eventBucketMs) {
    assert(fence.filter.prefixes(now).length <= 3);
    fence.say("tick", now);
    const expected = now === start ? [] : ["Bob says: tick"];
    assertEquals(fence.look(now + 1), expected);
  }
  assert(fence.filter.remembered < 40, `${fence.filter.remembered} remembered`);
  assertEquals(
    new NewsFilter({
      prefix: String,
      parse: parseScene,
      isOwn: () => false,
    }).prefixes(0),
    ["0", "1"],
  );
});

Deno.test("a watch shows nothing again when its clock is set back, or a record comes back", () => {
  const fence = new Fence();
  fence.look(start);
  fence.say("one", start);
  const early = new Map(fence.entries);
  fence.say("two", start);
  assertEquals(fence.look(start + 2 * eventBucketMs), []);
  assertEquals(fence.look(start).length, 2);
  assertEquals(fence.look(start + 4 * eventBucketMs), []);
  assertEquals(fence.look(start), []);
  const late = new Map(fence.entries);
  for (const [key, value] of [...early, ...late]) {
    fence.entries.set(key, value);
    assertEquals(fence.look(start), []);
  }
});

Deno.test("what several people did is shown in the order in which they did it", () => {
  const fence = new Fence();
  fence.look(start);
  fence.say("two", start + 2, sessions[0]);
  fence.say("one", start + 1, sessions[1]);
  fence.say("three", start + 3, sessions[1]);
  assertEquals(fence.look(start), ["Zed says: one", "Bob says: two", "Zed says: three"]);
});

Deno.test("whatever the delays and the clocks, each deed is shown once", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const dice = diceFrom(new Prng(seed));
    const fence = new Fence();
    const skews = [dice.whole(-4_000, 4_000), dice.whole(-4_000, 4_000)];
    /** Bob's and Zed's own replica, and when the fence's gets what. */
    const remote = new Fence();
    const arriving: { at: number; key: string; value: string }[] = [];
    const seen = fence.look(start);
    const end = start + 3 * eventBucketMs;
    for (let now = start; now <= end; now += 500) {
      for (const [who, skewMs] of skews.entries()) {
        const key = keys.scene(Math.floor((now + skewMs) / eventBucketMs), "fence", sessions[who]);
        const said = JSON.parse(remote.entries.get(key) ?? "[]").length;
        if (dice.whole(1, 8) > 1 || said === eventsPerBucketMax) continue;
        remote.say(String(now), now + skewMs, sessions[who]);
        arriving.push({ at: now + dice.whole(0, 4_000), key, value: remote.entries.get(key)! });
      }
      for (const { at, key, value } of arriving) {
        // The last writer wins: a record only grows.
        const held = fence.entries.get(key) ?? "";
        if ((at <= now || now === end) && value.length > held.length) fence.entries.set(key, value);
      }
      seen.push(...fence.look(now));
    }
    const said = [...remote.entries.values()].flatMap((value) => JSON.parse(value));
    assertEquals(seen.length, said.length, `seed ${seed}`);
    assertEquals(new Set(seen).size, said.length, `seed ${seed}`);
  }
});

const at = 5;
const malformed: [path: string, value: unknown][] = [
  [`0/fence/${bob}`, "not json"],
  [`0/fence/${bob}`, { at, did: "wake" }],
  [`0/fence/${bob}`, [{ did: "wake" }]],
  [`0/fence/${bob}`, [{ at: "now", did: "wake" }]],
  [`0/fence/${bob}`, [{ at, did: "explode" }]],
  [`0/fence/${bob}`, [{ at, did: "__proto__" }]],
  [`0/fence/${bob}`, [null]],
  [`0/fence/${bob}`, [{ at, did: "come", from: "hell" }]],
  [`0/fence/${bob}`, [{ at, did: "go" }]],
  [`0/fence/${bob}`, [{ at, did: "say" }]],
  [`0/fence/${bob}`, [{ at, did: "say", words: "" }]],
  [`0/fence/${bob}`, [{ at, did: "say", words: "x".repeat(saidCharsMax + 1) }]],
  [`0/fence/${bob}`, [{ at, did: "find", coins: 1e300 }]],
  [`0/fence/${bob}`, [{ at, did: "find", coins: -1 }]],
  [`0/fence/${bob}`, [{ at, did: "solve", rank: "Emperor" }]],
  [`0/fence/${bob}`, [{ at, did: "tell", words: "psst" }]],
  [`0/fence/${bob}`, Array(eventsPerBucketMax + 1).fill({ at, did: "wake" })],
  [`0/fence/${bob}/more`, [{ at, did: "wake" }]],
  [`0/fence`, [{ at, did: "wake" }]],
  [`0/hell/${bob}`, [{ at, did: "wake" }]],
  [`x/fence/${bob}`, [{ at, did: "wake" }]],
  [`00/fence/${bob}`, [{ at, did: "wake" }]],
  [`0/fence/Bob`, [{ at, did: "wake" }]],
  [`0/fence/\u202eB.0000000000000000`, [{ at, did: "wake" }]],
];

Deno.test("scenes that make no sense are skipped and counted", () => {
  const good = [{ at, did: "wake" }, { at, did: "emote", words: "sits" }];
  for (const [path, value] of malformed) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const entries = new Map([
      [`scene/${path}`, text],
      [keys.scene(0, "fence", "Eve.0000000000000001"), JSON.stringify(good)],
    ]);
    const { records, skipped } = recent(entries, { parse: parseScene, isOwn: () => false });
    assertEquals([records.map(happened), skipped], [
      ["Eve wakes up and looks around.", "* Eve sits"],
      1,
    ], path + text);
  }
});

Deno.test("letters that make no sense are skipped and counted", () => {
  const entries = new Map([
    [keys.letter(0, "Ada", bob), '[{"at":5,"did":"tell","words":"psst"}]'],
    [keys.letter(0, "Ada", "Eve.0000000000000001"), '[{"at":5,"did":"say","words":"psst"}]'],
    [`letter/0/no name/${bob}`, '[{"at":5,"did":"tell","words":"psst"}]'],
    [`letter/0/Ada`, "[]"],
  ]);
  const { records, skipped } = recent(entries, { parse: parseLetters, isOwn: () => false });
  assertEquals([records.map(happened), skipped], [["Bob tells you: psst"], 3]);
});
