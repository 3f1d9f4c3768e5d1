import { assertEquals } from "./deps.ts";

const calls: [script: string, args: string[]][] = [
  ["scripts/compare", []],
  ["scripts/compare", ["no/such/folder"]],
  ["scripts/compare", [".", "no-part"]],
  ["scripts/lab", ["--prt", "1"]],
  ["scripts/lab", ["--port", "x"]],
  ["scripts/lab", ["--port", "65536"]],
  ["scripts/release", []],
  ["scripts/release", ["v0.0.0"]],
  ["tests/course/main", []],
  ["tests/course/main", ["3", "mine.ts"]],
  ["tests/course/main", ["5", "no/such/file.ts"]],
  ["tests/exercises/main", ["17"]],
  ["tests/exercises/main", ["1", "2"]],
  ["tests/exercises/main", ["1", "--hnt", "1"]],
  ["tests/exercises/main", ["1", "--hint", "99"]],
  ["tests/exercises/main", ["1", "--story"]],
  ["tests/exercises/main", ["1", "--scenario", "no/such/file.txt"]],
];

for (const [script, args] of calls) {
  const call = [script, ...args].join(" ");
  Deno.test(`the script that is called as "${call}" says in a line what is allowed, and ends with 64`, async () => {
    const path = new URL(`../${script}.ts`, import.meta.url).pathname;
    const run = ["run", "-q", "--no-prompt", "--allow-read", path, ...args];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: run })
      .output();
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length, said.split("\n").length], [64, 0, 2], said);
    assertEquals(said.startsWith("Cannot "), true, said);
  });
}
