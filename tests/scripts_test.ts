import { assertEquals } from "./deps.ts";

const calls: [script: string, args: string[]][] = [
  ["compare", []],
  ["compare", ["no/such/folder"]],
  ["compare", [".", "no-part"]],
  ["release", []],
  ["release", ["v0.0.0"]],
];

for (const [script, args] of calls) {
  const call = [script, ...args].join(" ");
  Deno.test(`the script that is called as "${call}" says in a line what is allowed, and ends with 64`, async () => {
    const path = new URL(`../scripts/${script}.ts`, import.meta.url).pathname;
    const run = ["run", "-q", "--no-prompt", "--allow-read", path, ...args];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: run })
      .output();
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length, said.split("\n").length], [64, 0, 2], said);
    assertEquals(said.startsWith("Cannot "), true, said);
  });
}
