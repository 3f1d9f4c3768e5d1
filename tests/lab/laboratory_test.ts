import { Laboratory } from "../../lab/core/laboratory.ts";
import { examples } from "../../lab/model/examples.ts";
import { parseScenario, runScenario, type TraceEvent } from "../../simulate/mod.ts";
import { transcriptOf } from "../../simulate/trace/transcript.ts";
import { chapters } from "../course/chapters.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { scenarioFiles } from "../stories/story_files.ts";

const pair = "delay 20 ms\nserver a replicas 2\nserver b joins a\n";

/** A run of the laboratory, and all that it has told. */
class Session {
  readonly laboratory = new Laboratory();
  events: TraceEvent[] = [];
  text = "";
  fault?: string;

  async ask(request: Parameters<Laboratory["handle"]>[0]): Promise<number> {
    const { events, untilMs, run, fault } = await this.laboratory.handle(request);
    if (run !== undefined) [this.text, this.events] = [run.text, []];
    this.events.push(...events);
    this.fault = fault;
    return untilMs;
  }
}

/** What is told in the page, and elsewhere. */
const stories = [
  ...examples.map(({ title, text }) => ({ name: `example "${title}"`, text })),
  ...scenarioFiles().map(({ name, scenario: text }) => ({ name: `story ${name}`, text })),
  ...chapters().map(({ number, scenario: text }) => ({
    name: `experiment of chapter ${number}`,
    text,
  })),
];

for (const { name, text } of stories) {
  Deno.test(`the ${name} is told as deno task trace tells it, and what it expects is so`, async () => {
    const { transcript, failures } = await runScenario(parseScenario(text));
    assertEquals(failures, []);
    const session = new Session();
    await session.ask({ type: "load", text, untilMs: 0 });
    // In pieces of any size.
    for (let untilMs = 0; untilMs < 1_500; untilMs += 16.7) {
      await session.ask({ type: "advance", untilMs });
    }
    const scenario = parseScenario(text);
    const lastMs = (await runScenario(scenario)).events.at(-1)!.atMs;
    await session.ask({ type: "advance", untilMs: Math.max(scenario.endMs, lastMs) });
    const told = session.events.filter(({ atMs }) => atMs <= lastMs);
    assertStringIncludes(transcriptOf(scenario, told), transcript);
  });
}

Deno.test("what is done by hand becomes a line of the scenario, which gives the same story again", async () => {
  const session = new Session();
  await session.ask({ type: "load", text: pair, untilMs: 500 });
  await session.ask({ type: "act", text: session.text, atMs: 500, line: 'put "x" = "a b" on a.2' });
  await session.ask({ type: "advance", untilMs: 700 });
  await session.ask({ type: "act", text: session.text, atMs: 700, line: "cut a -> b" });
  await session.ask({ type: "advance", untilMs: 1_000 });
  assertEquals(session.text, `${pair}at 500 ms\nput x = "a b" on a.2\nat 700 ms\ncut a -> b\n`);
  const again = new Session();
  await again.ask({ type: "load", text: session.text, untilMs: 1_000 });
  assertEquals(again.events, session.events);
});

Deno.test("what is done at an earlier moment comes before what was done later", async () => {
  const session = new Session();
  await session.ask({ type: "load", text: `${pair}at 2 s put x = 2 on b\n`, untilMs: 3_000 });
  const untilMs = await session.ask({
    type: "act",
    text: session.text,
    atMs: 1_000,
    line: "put x = 1 on a",
  });
  assertEquals(untilMs, 1_000);
  assert(session.events.every(({ atMs }) => atMs <= 1_000));
  assertEquals(session.text, `${pair}at 1000 ms\nput x = 1 on a\nat 2000 ms\nput x = 2 on b\n`);
});

Deno.test("several lines are done at one moment, and of a wrong one is told what may stand there", async () => {
  const session = new Session();
  await session.ask({ type: "load", text: pair, untilMs: 100 });
  await session.ask({ type: "act", text: session.text, atMs: 100, line: "cut a -> b\ncut b -> a" });
  assertStringIncludes(session.text, "at 100 ms\ncut a -> b\ncut b -> a\n");
  const { text } = session;
  await session.ask({ type: "act", text: session.text, atMs: 100, line: "crash nobody" });
  assertStringIncludes(session.fault ?? "", "allowed is a server that was started before");
  await session.ask({ type: "load", text: "serve a", untilMs: 0 });
  assertStringIncludes(session.fault ?? "", "Line 1: ");
  assertEquals(session.text, text);
  await session.ask({ type: "advance", untilMs: 300 });
  assertEquals(session.fault, undefined);
});

Deno.test("a step ends with the next thing that the story tells", async () => {
  const session = new Session();
  await session.ask({ type: "load", text: `${pair}at 1 s put x = 1 on a.1\n`, untilMs: 900 });
  assertEquals(await session.ask({ type: "step" }), 1_000);
  assertEquals(await session.ask({ type: "step" }), 1_020);
});

Deno.test("a step ends though nothing happens", async () => {
  const session = new Session();
  await session.ask({ type: "load", text: "server a\n", untilMs: 100 });
  assertEquals(await session.ask({ type: "step" }), 2_100);
});

Deno.test("a moment long after all that is done, as a broken link may name it, is not waited for", async () => {
  const session = new Session();
  const text = "server a\nat 2 s put x = 1 on a\n";
  assertEquals(await session.ask({ type: "load", text, untilMs: 1e15 }), 3_602_000);
});
