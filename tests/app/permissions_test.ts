import { assertEquals } from "../deps.ts";
import { newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

const program = new URL("permissions_program.ts", import.meta.url).pathname;

/** Starts the program with all permissions. */
function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", program, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The permissions that were left, each time that the program said so. */
function leftIn(stderr: string): string[] {
  return Array.from(stderr.matchAll(/^left: (.*)$/gm), ([, left]) => left);
}

async function run(args: readonly string[]) {
  const { code, stderr } = await start(args).output();
  const text = new TextDecoder().decode(stderr);
  return { code, left: leftIn(text), stderr: text };
}

Deno.test("each command that asks a store may do nothing but that", () =>
  withServer(async (server) => {
    using directory = new TempDirectory();
    const file = `${directory.path}/entries.jsonl`;
    Deno.writeTextFileSync(file, '{"key":"k","value":"v"}\n');
    const cases: [string[], string][] = [
      [["kv", "import", file], "net read"],
      [["kv", "put", "k", "v"], "net"],
      [["kv", "get", "k"], "net"],
      [["kv", "list"], "net"],
      [["kv", "scan"], "net"],
      [["kv", "export"], "net"],
      [["status"], "net"],
    ];
    // In turn: what is read must have been put.
    for (const [args, left] of cases) {
      const result = await run([...args, "--server", server]);
      assertEquals([result.code, result.left], [0, [left]], args.join(" "));
    }
    assertEquals((await runCmud(["kv", "get", "k", "--server", server])).stdout, "v\n");
  }));

Deno.test("each other command keeps what it needs and no more", async () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const dead = deadAddress();
  const cases: [string[], number, string][] = [
    [["version"], 0, ""],
    [["completion", "bash"], 0, ""],
    [["licenses"], 0, "read"],
    [["data", "check", directory.path], 0, "read"],
    [["data", "export", directory.path], 0, "read"],
    [["kv", "watch", "--server", "nowhere.invalid:1"], 69, "net"],
    [["kv", "shell", "--server", dead], 64, "net"],
    [["play", "--observe", "--server", dead], 69, "net read write"],
    [["bench", "get", "--redis", dead], 69, "net read write run"],
  ];
  await Promise.all(cases.map(async ([args, code, left]) => {
    const result = await run(args);
    assertEquals([result.code, result.left], [code, [left]], `${args}: ${result.stderr}`);
  }));
});

for (const keeps of [false, true]) {
  Deno.test(`a server of two threads ${keeps ? "with" : "without"} a directory keeps what it needs`, async () => {
    using directory = new TempDirectory();
    const args = ["server", "--port", "0", "--actors", "2", "--threads", "2", "--json"];
    const child = start(keeps ? [...args, "--data-dir", directory.path] : args);
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) line += (await reader.read()).value;
    const [ready] = line.split("\n");
    for (const server of JSON.parse(ready).queryAddresses) {
      assertEquals((await runCmud(["kv", "put", server, "v", "--server", server])).code, 0);
    }
    child.kill("SIGTERM");
    const [stderr, { code }] = await Promise.all([
      new Response(child.stderr).text(),
      child.status,
      reader.cancel(),
    ]);
    assertEquals(code, 0);
    assertEquals(
      leftIn(stderr),
      keeps ? ["net read write sys", "net read write"] : ["net read sys", "net"],
    );
    if (!keeps) return;
    const { stdout } = await runCmud(["data", "check", "--json", directory.path]);
    assertEquals(JSON.parse(stdout).keys, 2);
  });
}
