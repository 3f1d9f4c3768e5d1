import { assert, assertStringIncludes } from "./deps.ts";

const root = new URL("../", import.meta.url);

Deno.test("docs/guarantees.md names tests that are there", () => {
  const text = Deno.readTextFileSync(new URL("docs/guarantees.md", root));
  const rows = text.slice(text.indexOf("## The tests")).split("\n").filter((line) =>
    /_(?:test|trial)\.ts\)/.test(line)
  );
  assert(rows.length > 10);
  for (const row of rows) {
    const [, path] = /\((tests\/\S+)\)/.exec(row)!;
    const test = Deno.readTextFileSync(new URL(path, root));
    const [, , names] = row.split("|");
    for (const [, name] of names.slice(0, names.indexOf(path)).matchAll(/`([^`]+)`/g)) {
      assertStringIncludes(test, name, path);
    }
  }
});
