import { Laboratory } from "../../lab/core/laboratory.ts";
import { keyStory } from "../../lab/model/key_story.ts";
import { Recording } from "../../lab/model/recording.ts";
import type { Scene } from "../../lab/model/scene.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";

async function record(text: string, untilMs: number): Promise<Recording> {
  const { events, fault } = await new Laboratory().handle({ type: "load", text, untilMs });
  assertEquals(fault, undefined);
  const recording = new Recording();
  recording.add(events, untilMs);
  return recording;
}

const trio = "delay 50 ms\nserver a replicas 2\nserver b joins a\nserver c joins a\n";

/** What each replica holds of a key. */
function held(scene: Scene, key: string): Record<string, string | null | undefined> {
  return Object.fromEntries(
    [...scene.replicas].map(([replica, held]) => [replica, held.get(key)?.value]),
  );
}

/** What travels at a moment, and has not ended. */
function travelling(scene: Scene): string[] {
  return [...scene.travels.values()]
    .filter(({ endedMs, entries, kinds }) =>
      endedMs === undefined && (entries.length > 0 || kinds.length === 0)
    )
    .map(({ from, to, kinds }) => `${from} ${to} ${kinds.length === 0 ? "word" : "entries"}`)
    .sort();
}

Deno.test("sceneAt() shows a Put travel: who holds it, what is on its way, and the words that it was handled", async () => {
  const recording = await record(`${trio}at 1 s put x = 1 on a.1\n`, 1_500);
  const before = recording.sceneAt(999);
  assertEquals(before.keys, []);
  const put = recording.sceneAt(1_020);
  assertEquals(held(put, "x"), { "a.1": "1", "a.2": "1", "b.1": undefined, "c.1": undefined });
  assertEquals(travelling(put), ["a b entries", "a c entries"]);
  const arrived = recording.sceneAt(1_070);
  assertEquals(held(arrived, "x"), { "a.1": "1", "a.2": "1", "b.1": "1", "c.1": "1" });
  assertEquals(travelling(arrived), ["b a word", "c a word"]);
  assertEquals(travelling(recording.sceneAt(1_101)), []);
});

Deno.test("sceneAt() shows an earlier moment as it was", async () => {
  const recording = await record(
    `${trio}at 1 s put x = 1 on a.1\nat 1200 ms crash b\nat 1300 ms skew c +2 s\n` +
      "at 1400 ms link a -> c 90 ms\nat 1500 ms restart b\n",
    3_000,
  );
  const look = (scene: Scene) =>
    structuredClone({
      servers: [...scene.servers],
      links: [...scene.links].sort(),
      held: held(scene, "x"),
      travelling: travelling(scene),
    });
  const times = [0, 60, 1_010, 1_070, 1_250, 1_350, 1_450, 1_600, 3_000];
  const forward = times.map((atMs) => look(recording.sceneAt(atMs)));
  const backward = times.toReversed().map((atMs) => look(recording.sceneAt(atMs))).reverse();
  assertEquals(backward, forward);
  assertEquals(recording.sceneAt(1_250).servers.get("b")?.status, "crashed");
  assertEquals(recording.sceneAt(1_250).running.map(({ name }) => name), ["a", "c"]);
  assertEquals(recording.sceneAt(1_350).servers.get("c")?.skewMs, 2_000);
  assertEquals(recording.sceneAt(1_450).link("a", "c").delayMs, 90);
  assertEquals(recording.sceneAt(1_450).link("c", "a").delayMs, undefined);
  assertEquals(recording.sceneAt(3_000).servers.get("b")?.life, 2);
  assertEquals(held(recording.sceneAt(3_000), "x")["b.1"], "1");
  for (const atMs of times.slice(2)) assertEquals(recording.sceneAt(atMs).keys, ["x"]);
});

Deno.test("a message that a cut takes is lost on its way, and is told so", async () => {
  const recording = await record(
    `${trio}at 1 s put x = 1 on a.1\nat 1020 ms cut a b\nat 1200 ms heal a b\n`,
    2_000,
  );
  const lost = recording.events.find((event) => event.type === "lost" && event.to === "b");
  assert(lost?.type === "lost");
  const scene = recording.sceneAt(1_030);
  assert(scene.link("a", "b").isCut && !scene.link("a", "b").isUp && scene.link("b", "a").isCut);
  const travel = scene.travels.get(lost.id);
  assertEquals([travel?.isLost, travel?.endedMs], [true, 1_020]);
  assertEquals(recording.message(lost.id, 1_010)?.lost, undefined);
  assertStringIncludes(recording.message(lost.id, 1_030)?.lost?.why ?? "", "the connection ended");
  assertEquals(held(recording.sceneAt(2_000), "x")["b.1"], "1");
});

Deno.test("message() tells what became of it until a moment", async () => {
  const recording = await record(`${trio}at 1 s put x = 1 on a.1\n`, 1_500);
  const sent = recording.events.find((event) => event.type === "sent" && event.entries.length > 0);
  assert(sent?.type === "sent");
  assertEquals(recording.message(sent.id, 999), undefined);
  const whole = recording.message(sent.id, 1_500);
  assertEquals([whole?.sent.atMs, whole?.arrivedMs, whole?.acknowledgedMs], [1_000, 1_050, 1_100]);
  assertEquals(recording.message(sent.id, 1_060)?.acknowledgedMs, undefined);
});

Deno.test("keyStory() says who wins, why, and how far that has got about", async () => {
  const recording = await record(
    `${trio}at 1 s cut a b\ncut a c\nat 1100 ms put x = 1 on a.1\nat 1200 ms put x = 2 on b\n` +
      "at 2 s heal a b\nheal a c\n",
    3_000,
  );
  const storyAt = (atMs: number) =>
    keyStory("x", recording.events, recording.countUntil(atMs), recording.sceneAt(atMs));
  assertEquals(storyAt(1_000), undefined);
  assertEquals(
    storyAt(1_110)?.why,
    "“x = 1” by a.1 is the only write. 2 of 4 replicas hold it so far.",
  );
  assertEquals(
    storyAt(1_210)?.why,
    "“x = 2” by b.1 wins against “x = 1” by a.1, because timestamp 1200 is after 1100. " +
      "1 of 4 replicas hold it so far.",
  );
  assertEquals(storyAt(1_210)?.versions.map(({ holders }) => holders), [["b.1"], ["a.1", "a.2"]]);
  assertStringIncludes(storyAt(3_000)?.why ?? "", "All replicas hold it.");
});

Deno.test("keyStory() says that a fast clock wins against what was written later", async () => {
  const recording = await record(
    `${trio}at 1 s skew b +2 s\nat 1100 ms put x = early on b\nat 1110 ms put x = late on a.1\n`,
    2_000,
  );
  const { why } = keyStory(
    "x",
    recording.events,
    recording.events.length,
    recording.sceneAt(2_000),
  )!;
  assertStringIncludes(why, "“x = early” by b.1 wins against “x = late” by a.1");
  assertStringIncludes(why, "though it was written earlier");
});

Deno.test("versions are numbered in the order in which they were written", async () => {
  const recording = await record(
    `${trio}at 1 s put x = 1 on a.1\nput y = 1 on b\nat 1100 ms put x = 2 on c\n`,
    2_000,
  );
  const numbers = recording.events.flatMap((event) =>
    event.type === "wrote" ? [recording.numberOf(event.entry)] : []
  );
  assertEquals(numbers, [0, 1, 2]);
  const x = [...recording.sceneAt(2_000).replicas.values()].map((held) =>
    recording.numberOf(held.get("x")!)
  );
  assertEquals(new Set(x), new Set([2]));
});

Deno.test("isQuiet() and nextStoryMs() tell when nothing is to be seen, and until when", async () => {
  const recording = await record(`${trio}at 2 s put x = 1 on a.1\n`, 2_500);
  assert(recording.sceneAt(1_000).isQuiet(1_000, 20));
  assertEquals(recording.nextStoryMs(1_000), 2_000);
  assert(!recording.sceneAt(2_010).isQuiet(2_010, 20));
  assert(!recording.sceneAt(2_090).isQuiet(2_090, 20));
  assert(!recording.sceneAt(2_110).isQuiet(2_110, 20));
  assert(recording.sceneAt(2_130).isQuiet(2_130, 20));
  assertEquals(recording.nextStoryMs(2_400), Infinity);
});
