import { assertEquals, assertThrows } from "../deps.ts";
import { formatStatement, parseScenario, ScenarioError } from "../../simulate/mod.ts";
import { usages } from "../../simulate/scenario/parse_scenario.ts";
import { read } from "../support/repository.ts";

/** Each is wrong in its last line. */
const wrong: Readonly<Record<string, string>> = {
  "servr a": 'found "servr", allowed is a statement: title, ',
  "server a joins b": 'found "b", allowed is a server that was started before, and there is none',
  "server a\nserver a":
    "found a again, allowed is a name of its own for each server. Try: restart a",
  "server A": 'found "A", allowed is a name of small letters',
  "server paris\ncrash pariss": "a server that was started before: paris. Try: paris",
  "server a\nput city Paris on a": 'found "Paris", allowed is "=". Try: put KEY = VALUE [padded',
  "server a\nput city = Paris": 'found the end of the line, allowed is "on". Try: put KEY',
  "server a\nput city = Paris on a.2":
    'found "a.2", allowed is a server that was started before: a, a.1',
  "server a\ncut a a": "found a twice, allowed is two servers",
  "wait 5": "found the end of the line, allowed is",
  "wait 5 parsecs": 'found "parsecs", allowed is',
  "server a\nskew a 5 constructor": 'found "constructor", allowed is a unit: ms, s, min, h',
  "server a\nskew a 5constructor": 'found "5constructor", allowed is a time',
  "wait -5 ms": "found -5 ms, allowed is no less than 0 ms",
  "wait 1 s\nat 500 ms":
    "found 500 ms, allowed is a time that is not before that of the line above, 1000 ms",
  "server a\ndelay 5 ms": 'found "delay", allowed is only at the head',
  'server a\nput "city = Paris on a': 'found ", allowed is words, and texts in quotes that end',
  "server a\nexpect city Paris": 'found "Paris", allowed is "=" or "missing"',
  "server a\ncrash a now": 'found "now", allowed is the end of the line (crash NAME)',
  "server a replicas 99": "found 99 replicas, allowed is 1 to 8",
  "wait 23 h\nwait 2 h":
    "found the moment 90000000 ms, allowed is a scenario that ends within 24 h",
  "at 9999999999999 h server a": "allowed is a scenario that ends within 24 h",
  "server a\nput k = v padded to 9999999999 on a": "found 9999999999 characters, allowed is 83",
  "bandwidth 0 kbit/s": "found 0 kbit/s, allowed is more than that",
  "bandwidth 5 bananas": 'found "bananas", allowed is "kbit/s"',
  "server a\nexpect x = 1 within 25 h": "allowed is a scenario that ends within 24 h",
};

for (const [text, message] of Object.entries(wrong)) {
  Deno.test(`parseScenario() says what is wrong with ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseScenario(text), ScenarioError);
    const line = text.split("\n").length;
    assertEquals(error.line, line);
    assertEquals(error.message.startsWith(`Line ${line}: `), true, error.message);
    assertEquals(error.message.includes(message), true, error.message);
  });
}

Deno.test("parseScenario() reads keys and values of any kind", () => {
  const puts = ['put "a b" = "x \\"y\\" # no comment" on a', 'put equal = "=" on a # a comment'];
  const { steps } = parseScenario(`server a\n${puts.join("\n")}`);
  const read = steps.slice(1).map(({ statement }) => statement);
  assertEquals(read, [
    { type: "put", key: "a b", value: 'x "y" # no comment', on: { server: "a" } },
    { type: "put", key: "equal", value: "=", on: { server: "a" } },
  ]);
  const written = read.map(formatStatement).join("\n");
  assertEquals(
    parseScenario(`server a\n${written}`).steps.slice(1).map((it) => it.statement),
    read,
  );
});

Deno.test("parseScenario() reads what a statement may say beside, and formatStatement() writes it", () => {
  const lines = [
    "put k = v padded to 60 on a for 5 ms",
    "restore k = v padded to 60 from 7 ms ago on a for 9 ms without number",
    "restore k = v from 7 ms ago on a",
    "bandwidth 250 kbit/s",
    "bandwidth unlimited",
    "reconnect a b late 5 ms",
    "reconnect b -> a",
    "expect k = v padded to 60 on a once ready within 8 ms",
    "expect no repairs",
    "expect silence for 30 ms",
    'expect "silence" missing',
  ];
  const { steps } = parseScenario(["server a", "server b", ...lines].join("\n"));
  assertEquals(steps.slice(2).map(({ statement }) => formatStatement(statement)), lines);
  const [, , put] = steps;
  assertEquals(put.statement, {
    type: "put",
    key: "k",
    value: "v".padEnd(60),
    on: { server: "a" },
    ttlMs: 5,
  });
});

Deno.test("parseScenario() reads times with all units, from the beginning and from there on", () => {
  const text = "server a\nat 500ms crash a\nwait 1.5 s\nrestart a\nat 1 min stop a\nwait 1h";
  const { steps, endMs } = parseScenario(text);
  assertEquals(steps.map(({ atMs }) => atMs), [0, 500, 2_000, 60_000]);
  assertEquals(endMs, 3_660_000);
});

Deno.test("docs/scenarios.md explains every statement", () => {
  const rows = read("docs/scenarios.md").split("\n").filter((line) => line.startsWith("| `"));
  for (const keyword of Object.keys(usages)) {
    const isExplained = rows.some((row) => new RegExp(`\`${keyword}[ \`]`).test(row));
    assertEquals([keyword, isExplained], [keyword, true]);
  }
});

Deno.test("parseScenario() reads no further than to the line that ends a scenario", () => {
  assertEquals(parseScenario("server a\n----\nits story\n").steps.length, 1);
});
