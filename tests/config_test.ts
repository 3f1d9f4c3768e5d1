import { serverOption } from "../app/cli/query_client.ts";
import { version } from "../app/cli/version.ts";
import { hostOptions } from "../app/commands/host_command.ts";
import { serverOptions } from "../app/commands/server_command.ts";
import { settingOf } from "../app/settings/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "./deps.ts";

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

Deno.test("CONTRIBUTING.md names every task that people run", () => {
  const text = Deno.readTextFileSync(new URL("CONTRIBUTING.md", root));
  const named = new Set(
    [...text.matchAll(/`(?:deno task )?([\w:]+)[^`]*`/g)].map(([, name]) => name),
  );
  const tasks = Object.entries<{ description: string }>(config.tasks);
  // What only other tasks run stands in parentheses.
  const run = tasks.filter(([, { description }]) => !description.startsWith("("));
  assertEquals(run.map(([name]) => name).filter((name) => !named.has(name)), []);
});

Deno.test("every task that runs or compiles the program gives it the same permissions", () => {
  const runs = commands.filter(([, command]) => /deno (run|compile) .*\bmain\.ts/.test(command))
    .filter(([, command]) => !/(examples|tests)\//.test(command));
  assertEquals(runs.map(([name]) => name), [
    "play",
    "server",
    "host",
    "kv",
    "cmud",
    "bench",
    "trace",
    "compile",
  ]);
  for (const [name, command] of runs) {
    assertStringIncludes(command, "$(deno task -q permissions)", name);
  }
  const { command } = config.tasks.permissions;
  assertMatch(command, /^echo --no-prompt --allow-net /);
  const [, allowed] = /--allow-env=(\S+)/.exec(command)!;
  // By name, because the shell of tasks takes CMUD_* for the names of files.
  const options = [serverOption, ...serverOptions, ...hostOptions];
  const variables = new Set(
    options.filter(({ name }) => name !== "--print-config")
      .map((option) => settingOf(option).variable)
      // It is no option, because it is a secret.
      .concat("CMUD_TOKEN"),
  );
  assertEquals(
    allowed.split(",").filter((name) => name.startsWith("CMUD_")),
    [...variables].sort(),
  );
});

Deno.test("a task that people run prints no wall of permissions, and no download bar joins in", () => {
  // `deno task` prints the command first: what is long comes from a task that is run quietly.
  const quiet = new Set(
    commands.flatMap(([, command]) =>
      [...command.matchAll(/deno task -q (\w+)/g)].map(([, name]) => name)
    ),
  );
  assertEquals([...quiet].sort(), ["bundle", "page", "permissions", "tests"]);
  for (const [name, command] of commands) {
    assert(quiet.has(name) || command.split(" --allow-").length <= 5, `${name}: ${command}`);
    // Deno draws what it downloads while the program writes already.
    assert(!/deno run (?!-q )/.test(command), name);
  }
});

Deno.test("deno.lock names no host", () => {
  const lock = Deno.readTextFileSync(new URL("deno.lock", root));
  assert(!lock.includes("://"));
});
