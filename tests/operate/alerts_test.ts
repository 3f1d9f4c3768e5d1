import { assert, assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { alertNames, folder, said, unknownMetrics } from "./operate_files.ts";

const rules = read("examples/operate/alerts.yml");
const names = alertNames();
const lackingPromtool = missing("promtool");

testUnless(
  lackingPromtool,
  "promtool finds the rules and the scrape configuration sound",
  async () => {
    for (const args of [["rules", "alerts.yml"], ["config", "prometheus.yml"]]) {
      const [code, text] = await said("promtool", "check", args[0], folder + args[1]);
      assertEquals(code, 0, text);
    }
  },
);

Deno.test("the alerts are of metrics that are there", () => {
  assert(names.length > 10);
  const expressions = [
    ...rules.matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm),
  ].map(([, block, line]) => block ?? line);
  assertEquals(expressions.length, names.length);
  for (const expression of expressions) assertEquals(unknownMetrics(expression), [], expression);
});

Deno.test("docs/operating.md says of each alert what to do, and of no other", () => {
  const docs = read("docs/operating.md");
  const told = [...docs.matchAll(/^### (Cmud\w+)$/gm)].map(([, name]) => name);
  assertEquals(told, names);
});

Deno.test("a trial sees each alert fire, and end, in a running cluster", () => {
  const trials = ["link", "server"].map((kind) => read(`tests/operate/${kind}_alerts_trial.ts`));
  const named = (pattern: RegExp) =>
    trials.flatMap((trial) =>
      [...trial.matchAll(pattern)].flatMap(([call]) => call.match(/Cmud\w+/g)!)
    );
  for (
    const pattern of [/(?:fire|fires|has)\([^)]*Cmud[^)]*\)/g, /(?:end|has)\([^)]*Cmud[^)]*\)/g]
  ) {
    assertEquals([...new Set(named(pattern))].sort(), [...names].sort());
  }
});
