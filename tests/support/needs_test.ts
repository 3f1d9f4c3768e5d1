/** What tests need is written down where people and machines look for it, and nothing is skipped silently. */

import { assert, assertEquals } from "../deps.ts";
import { missing, packages, type Program, programs } from "./needs.ts";
import { filesBelow, read } from "./repository.ts";

const all: readonly string[] = Object.values(programs).flat();

/** The words that the first group of `pattern` finds in a file. */
function wordsIn(path: string, pattern: RegExp): string[] {
  const [, words] = pattern.exec(read(path)) ?? [];
  return words?.match(/[a-z][\w+-]*/g)?.sort() ?? [];
}

Deno.test("missing() names the first program that is not there or cannot be started", () => {
  const absent = "no-such-program" as Program;
  // A folder is found and cannot be started.
  const folder = new URL(".", import.meta.url).pathname as Program;
  const there = Deno.execPath() as Program;
  assertEquals(missing(there), undefined);
  assertEquals(missing(there, absent, folder), absent);
  assertEquals(missing(there, folder, absent), folder);
});

Deno.test("every program that a test starts is in the list of those", () => {
  const started = [...filesBelow("tests/", ".ts")].flatMap((path) =>
    [...read(path).matchAll(/Deno\.Command\(\s*"([^"]+)"/g)]
      .map(([, program]) => [program, path])
  );
  assert(started.length > 5);
  for (const [program, path] of started) assert(all.includes(program), `${program} in ${path}`);
});

Deno.test("machines that run the tests install the programs that no system has by itself", () => {
  const toInstall: Program[] = [...programs.package].sort();
  assertEquals(wordsIn(".ci/run", /^programs=\((.*)\)$/m), toInstall);
  assertEquals(
    [...read(".ci/run").matchAll(/\[([a-z\d+-]+)\]=([a-z\d+-]+)/g)].map(([, ...pair]) => pair),
    Object.entries(packages),
  );
  assertEquals(
    wordsIn(".github/workflows/ok.yml", /apt-get install --yes --no-install-recommends (.*)$/m),
    // Those machines have a browser, and their system has no package of one.
    [...new Set(toInstall.filter((program) => program !== "chromium"))]
      .map((program) => packages[program] ?? program)
      .filter((name, i, all) => all.indexOf(name) === i).sort(),
  );
  assertEquals(wordsIn("README.md", /Some\s+tests\s+use\s+([^:]*):/), [...toInstall, "or"].sort());
});

Deno.test("CONTRIBUTING.md names each program that tests need", () => {
  const [, paragraph] = /^(Some tests need further programs[^]*?)\n\n/m.exec(
    read("CONTRIBUTING.md"),
  )!;
  const named = [...paragraph.matchAll(/`([a-z\d+-]+)`/g)].map(([, name]) => name);
  // Whoever reads it has a shell.
  const everywhere = ["cat", "id", "mkfifo", "sh", "umount"];
  assertEquals(named.sort(), all.filter((name) => !everywhere.includes(name)).sort());
});

Deno.test("a test that is skipped goes by testUnless(), which says why", () => {
  for (const path of filesBelow("tests/", ".ts")) {
    if (/^tests\/support\/needs(_test)?\.ts$/.test(path)) continue;
    assert(!/\bignore:|\bDeno\.test\.ignore\b|\bt\.skip\b/.test(read(path)), path);
  }
});
