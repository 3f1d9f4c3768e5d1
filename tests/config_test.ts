import { version } from "../app/version.ts";
import { assert, assertEquals, assertMatch } from "./deps.ts";

const root = new URL("../", import.meta.url);
const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
const commands: [string, string][] = Object.entries<{ command: string }>(config.tasks)
  .map(([name, { command }]) => [name, command]);

Deno.test("deno.json pins every package to one version", () => {
  for (const [name, specifier] of Object.entries(config.imports)) {
    assertMatch(String(specifier), /^npm:(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+(\/.+)?$/, name);
  }
});

Deno.test("deno.json and the program have the same version", () => {
  assertEquals(config.version, version);
});

Deno.test("deno.json has the tasks that the README names, and each asks only for what it uses", () => {
  const names = commands.map(([name]) => name);
  for (const name of ["play", "server", "kv", "test", "bench", "compile", "ok"]) {
    assert(names.includes(name), name);
  }
  for (const [name, command] of commands) assert(!/\s(-A|--allow-all)\b/.test(command), name);
});

Deno.test("the program reads the same environment variables, compiled or not", () => {
  const lists = commands.flatMap(([, command]) => /--allow-env=\S*/.exec(command) ?? []);
  assertEquals(lists.length, 2);
  assertEquals(new Set(lists).size, 1);
  assertMatch(lists[0], /^--allow-env=CMUD_SERVER,/);
});

Deno.test("a task that people run says in one line what it does, and no download bar joins in", () => {
  // `deno task` prints the command first: what is long is a task of its own, which is run quietly.
  const inner = new Set(
    commands.flatMap(([, command]) =>
      [...command.matchAll(/deno task -q (\w+)/g)].map(([, name]) => name)
    ),
  );
  assertEquals([...inner].sort(), ["executable", "program", "tests"]);
  for (const [name, command] of commands) {
    assert(inner.has(name) || command.length <= 150, `${name}: ${command}`);
    // Deno tells of what it downloads while the program writes already.
    assert(!/deno run (?!-q )/.test(command), name);
  }
});

Deno.test("deno.lock names no host", () => {
  const lock = Deno.readTextFileSync(new URL("deno.lock", root));
  assert(!lock.includes("://"));
});
