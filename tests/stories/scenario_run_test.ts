import { assertEquals, assertRejects } from "../deps.ts";
import {
  parseScenario,
  runScenario,
  ScenarioError,
  ScenarioRun,
  type TraceEvent,
  traceLine,
} from "../../simulate/mod.ts";
import { scenarioFiles } from "./story_files.ts";

Deno.test("what is expected and is not so is told, and the scenario goes on", async () => {
  const text = "server a\nexpect city = Paris on a\nput city = Rome on a\nexpect city = Paris on a";
  const { failures, transcript } = await runScenario(parseScenario(text));
  assertEquals(failures, [
    "Line 2: expected city = Paris on a: a.1 shows nothing",
    "Line 4: expected city = Paris on a: a.1 shows Rome",
  ]);
  assertEquals(transcript.includes("city = Paris on a: no, a.1 shows Rome"), true);
});

for (
  const [text, message] of [
    ["server a\ncrash a\nput x = y on a", 'found a, which has ended, in "put x = y on a"'],
    ["server a\nrestart a", "Line 2: found a, which runs, allowed is a server that has ended"],
    ["server a\nserver b joins a\nwait 1s\nforget b on a", "Line 4: found Cannot forget b:2"],
  ]
) {
  Deno.test(`a run says what cannot be done in ${JSON.stringify(text)}`, async () => {
    const error = await assertRejects(() => runScenario(parseScenario(text)), ScenarioError);
    assertEquals(error.message.includes(message), true, error.message);
  });
}

Deno.test("what was on its way on a connection that was given up comes beside what is sent on the next", async () => {
  const { failures, transcript, events } = await runScenario(parseScenario(`
    server a
    server b joins a
    wait 1 s
    put x = 1 on a
    wait 10 ms
    reconnect a -> b late 300 ms
    put y = 2 on a
    expect x = 1 on b within 200 ms
    crash a
    wait 1 s
    expect y = 2 on b
  `));
  assertEquals(failures, []);
  assertEquals(transcript.includes("gives its connection up and dials anew"), true);
  const arrived = events.filter(({ type }) => type === "arrived").map((it) => it as { id: number });
  const overtaken = arrived.filter(({ id }, i) => arrived.slice(0, i).some((it) => it.id > id));
  assertEquals(overtaken.length, 1);
});

Deno.test("a run gives the same events, however it is cut into pieces", async () => {
  for (const { scenario: text } of scenarioFiles()) {
    const scenario = parseScenario(text);
    const whole = await runScenario(scenario);
    const events: TraceEvent[] = [];
    const run = new ScenarioRun(scenario, { observe: (event) => events.push(event) });
    for (let ms = 0; ms < scenario.endMs; ms += 7) await run.advanceTo(ms);
    await run.finish();
    await run.close();
    assertEquals(events, whole.events);
    // They can be kept, and sent to another thread.
    assertEquals(structuredClone(events), events);
  }
});

Deno.test("a run that nobody observes comes to the same", async () => {
  for (const { scenario: text } of scenarioFiles()) {
    const scenario = parseScenario(text);
    const digests: string[] = [];
    for (const observe of [undefined, () => {}]) {
      const run = new ScenarioRun(scenario, { observe });
      await run.finish();
      const { network, world, servers } = run.cluster;
      digests.push(
        `${network.bytesSent} ${world.random.u32()} ${servers.map((it) => it.stores[0].size)}`,
      );
      await run.close();
    }
    assertEquals(digests[0], digests[1]);
  }
});

Deno.test("every message that is sent arrives or is lost, and is acknowledged once", async () => {
  for (const { scenario: text } of scenarioFiles()) {
    const { events } = await runScenario(parseScenario(text));
    const open = new Set<number>();
    for (const event of events) {
      if (event.type === "sent") open.add(event.id);
      else if (event.type === "acknowledged" || event.type === "lost") {
        assertEquals(open.delete(event.id), true, traceLine(event, true));
      } else if (event.type === "arrived") assertEquals(open.has(event.id), true);
    }
  }
});
