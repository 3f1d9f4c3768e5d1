import { version } from "../app/cli/version.ts";
import { checksumLine, compileArguments, releaseNotes, targets } from "../scripts/release_parts.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "./deps.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const { tasks } = JSON.parse(read("deno.json"));

Deno.test("CHANGELOG.md has notes of the program's version, and a section for what comes next", () => {
  const changelog = read("CHANGELOG.md");
  assertStringIncludes(releaseNotes(changelog, version), "- ");
  const titles = changelog.split("\n").filter((line) => line.startsWith("## "));
  assertEquals(titles[0], "## [Unreleased]");
  for (const title of titles.slice(1)) {
    assert(/^## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/.test(title), title);
  }
});

Deno.test("releaseNotes() gives the section of one version, and refuses one that is not dated", () => {
  const changelog = [
    "# Changelog",
    "## [0.3.0]",
    "- Later.",
    "## [0.2.0] - 2026-12-24",
    "### Added",
    "- It.",
    "## [0.1.0] - 2026-11-29",
    "## [0.0.1] - 2026-11-01",
    "- First.",
    "[0.0.1]: x",
  ].join("\n");
  assertEquals(releaseNotes(changelog, "0.2.0"), "### Added\n- It.\n");
  assertEquals(releaseNotes(changelog, "0.0.1"), "- First.\n");
  for (const version of ["0.3.0", "0.4.0", "0.2"]) {
    assertThrows(() => releaseNotes(changelog, version), Error, "no section of it with a date");
  }
  assertThrows(() => releaseNotes(changelog, "0.1.0"), Error, "says nothing");
});

Deno.test("compileArguments() compiles for another system as the task does for this one", () => {
  const [command, ...rest] = compileArguments(tasks, targets[0], "dist/cmud");
  assertEquals([command, rest.at(-1)], ["compile", "main.ts"]);
  const permissions = tasks.permissions.command.split(" ").slice(1);
  const given = new Set([...tasks.compile.command.split(" "), ...permissions]);
  const added = new Set(rest).difference(given);
  assertEquals([...added], ["--target", targets[0], "dist/cmud"]);
  assertEquals(permissions.filter((permission: string) => !rest.includes(permission)), []);
  const other = { compile: { command: "deno run main.ts" } };
  assertThrows(() => compileArguments(other, targets[0], "x"), Error, "deno compile");
});

Deno.test("the compiled program has the licences that it prints", () => {
  for (const file of ["LICENSE", "THIRD_PARTY_NOTICES.md"]) {
    assertStringIncludes(tasks.compile.command, ` --include ${file} `);
  }
});

Deno.test("checksumLine() is what sha256sum prints", () => {
  assertEquals(
    checksumLine(new TextEncoder().encode("abc"), "a"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n",
  );
});

Deno.test("the workflows run tasks that there are, on the versions of Deno that .ci/run names", () => {
  const [everyday, oldest] = ["everyday", "oldest"].map((name) =>
    new RegExp(`^${name}=(\\S+)$`, "m").exec(read(".ci/run"))![1]
  );
  const workflows = ["ok", "release", "nightly"].map((name) =>
    read(`.github/workflows/${name}.yml`)
  );
  const text = workflows.join("\n");
  const named = [...text.matchAll(/deno task ([\w:]+)|\btask: ([\w:]+)/g)];
  assert(named.length >= 5);
  for (const [, run, listed] of named) assert((run ?? listed) in tasks, run ?? listed);
  const versions = new Set([...text.matchAll(/\b2\.\d+\.\d+\b/g)].map(([version]) => version));
  assertEquals(versions, new Set([everyday, oldest]));
});

Deno.test("the jobs of a night simulate 10,000 seeds, each once", () => {
  const workflow = read(".github/workflows/nightly.yml");
  const [, list] = /^ +shard: \[(.*)\]$/m.exec(workflow)!;
  const [, apart, each] = /shard \}\} \* (\d+) \+ 1\)\)" --seeds (\d+)$/m.exec(workflow)!;
  const shards = list.split(", ").map(Number);
  assertEquals(shards, Array.from({ length: shards.length }, (_, i) => i));
  assertEquals([Number(each), shards.length * Number(each)], [Number(apart), 10_000]);
});
