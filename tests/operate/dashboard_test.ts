import { assert, assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { said, unknownMetrics } from "./operate_files.ts";

interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}

const dashboard = JSON.parse(read("examples/operate/dashboard.json"));
const panels: Panel[] = dashboard.panels;
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

Deno.test("the queries of the dashboard are of metrics that are there", () => {
  assert(queries.length > 10);
  for (const query of queries) assertEquals(unknownMetrics(query), [], query);
  const variables = new Set(["__rate_interval"]);
  for (const { name, query } of dashboard.templating.list) {
    variables.add(name);
    if (typeof query === "object") assertEquals(unknownMetrics(query.query), []);
  }
  for (const [, name] of queries.join().matchAll(/\$(\w+)/g)) assert(variables.has(name), name);
});

Deno.test("the panels of the dashboard have ids of their own, and lie beside each other", () => {
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos: { x, y, w, h } } of panels) {
    assert(x + w <= 24, title);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert(!taken.has(`${column},${row}`), title);
        taken.add(`${column},${row}`);
      }
    }
  }
});

testUnless(missing("promtool"), "promtool can read each query of the dashboard", async () => {
  using directory = new TempDirectory();
  const rules = queries.map((query, i) => ({
    record: `query${i}`,
    expr: query.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"),
  }));
  // YAML includes JSON.
  const path = `${directory.path}/queries.yml`;
  Deno.writeTextFileSync(path, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  const [code, text] = await said("promtool", "check", "rules", path);
  assertEquals(code, 0, text);
});
