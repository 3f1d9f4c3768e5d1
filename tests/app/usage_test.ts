import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "../deps.ts";
import type { CommandSpec } from "../../app/cli/command_spec.ts";
import { rootCommand } from "../../app/commands/commands.ts";
import { runCommandTree } from "../../app/commands/command_tree.ts";
import { expectHostGuarded, type HostAccess } from "../../app/commands/host_access.ts";
import { expectGuarded } from "../../app/commands/server_access.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";

Deno.test("cmud --version and --help end with 0 on stdout", async () => {
  const version = await runCmud(["--version"]);
  assertEquals({ code: version.code, stderr: version.stderr }, { code: 0, stderr: "" });
  assertMatch(version.stdout, /^\d+\.\d+\.\d+\n$/);
  for (const args of [["--help"], ["-h"], ["help"], []]) {
    const help = await runCmud(args);
    assertEquals({ code: help.code, stderr: help.stderr }, { code: 0, stderr: "" });
    for (const { name, hidden = false } of rootCommand.commands!) {
      assertEquals(help.stdout.includes(`  ${name}`), !hidden, name);
    }
    assertStringIncludes(help.stdout, "Exit codes:");
  }
});

Deno.test("a command that groups others shows its help when it is called by itself", async () => {
  for (const { name, commands, run } of rootCommand.commands!) {
    if (commands === undefined || run !== undefined) continue;
    const help = await runCmud([name, "--help"]);
    assertEquals(await runCmud([name]), { ...help, code: 0, stderr: "" });
  }
});

Deno.test("cmud version prints what --version does, and on what it runs", async () => {
  const { stdout: version } = await runCmud(["--version"]);
  const { code, stdout, stderr } = await runCmud(["version"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assert(stdout.startsWith(version), stdout);
  assertStringIncludes(stdout, `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, `);
});

Deno.test("every command explains itself with its options and an example", async () => {
  const check = async (spec: CommandSpec, path: readonly string[]) => {
    const { code, stdout } = await runCmud([...path, "--help"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `${spec.summary}.`.slice(0, 60));
    for (const { name } of spec.options ?? []) assertStringIncludes(stdout, name);
    for (const [call] of spec.examples ?? []) assertStringIncludes(stdout, call);
    for (const line of stdout.split("\n")) {
      assertEquals(line, line.trimEnd());
      const isExample = spec.examples?.some(([call]) => line.startsWith(`  ${call}`)) ?? false;
      if (!isExample) assertLessOrEqual(line.length, 80, line);
    }
    for (const child of spec.commands ?? []) await check(child, [...path, child.name]);
  };
  await check(rootCommand, []);
  assertEquals(
    (await runCmud(["help", "kv", "get"])).stdout,
    (await runCmud(["kv", "get", "--help"])).stdout,
  );
  assertEquals(
    (await runCmud(["help", "kv", "get", "k"])).stdout,
    (await runCmud(["kv", "get", "--help"])).stdout,
  );
  assertEquals((await runCmud(["help", "kv"])).stdout, (await runCmud(["kv", "--help"])).stdout);
  assertEquals((await runCmud(["kv", "help"])).stdout, (await runCmud(["kv", "--help"])).stdout);
  assertEquals(
    (await runCmud(["kv", "help", "get"])).stdout,
    (await runCmud(["kv", "get", "--help"])).stdout,
  );
});

/** The calls of cmud in a command line, each as the words that a shell takes it apart to. */
function callsOf(line: string): string[][] {
  return line.replace(/^source <\((.*)\)$/, "$1").split(" | ").map((call) => {
    const [program] = call.split(/ [<>] /);
    return [...program.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
  }).filter(([name]) => name === "cmud");
}

Deno.test("every example can be run as it stands", async () => {
  const ran: string[] = [];
  /** The same command, which only looks at how it was called. */
  const inert = (spec: CommandSpec): CommandSpec => ({
    ...spec,
    permissions: [],
    settle: undefined,
    commands: spec.commands?.map(inert),
    run: spec.run && ((invocation) => {
      const { host, web, telnet } = invocation.options as Record<string, string>;
      const access = { tokens: undefined, tls: undefined };
      if (spec.name === "server") expectGuarded(invocation, host ?? "127.0.0.1", access);
      if (spec.name === "host") {
        const doors = invocation.options.tlsCert === undefined ? undefined : {};
        expectHostGuarded(invocation, { doors, shown: {} } as HostAccess, []);
        assert(web !== undefined || telnet !== undefined);
      }
      ran.push(spec.name);
      return Promise.resolve(0);
    }),
  });
  const tree = inert(rootCommand);
  const check = async (spec: CommandSpec) => {
    for (const [line] of spec.examples ?? []) {
      const calls = callsOf(line);
      assert(calls.length > 0, line);
      for (const [, ...words] of calls) {
        const console = new FakeConsole();
        const before = ran.length;
        const code = await runCommandTree(tree, "1.0.0", words, console);
        assertEquals([code, console.stderr, ran.length], [0, "", before + 1], line);
      }
    }
    for (const child of spec.commands ?? []) await check(child);
  };
  await check(rootCommand);
  assert(ran.length > 50, `${ran.length}`);
});

Deno.test("wrong usage ends with 64, says what is wrong, and prints nothing on stdout", async () => {
  const cases: [string[], string][] = [
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["sevrer"], "Did you mean server?"],
    [["help", "sevrer"], "Did you mean server?"],
    [["help", "kv", "gte"], "Did you mean get?"],
    [["help", "kv", "gte", "k"], "Did you mean get?"],
    [["kv", "gte", "k"], "Did you mean get?"],
    [["kv", "help", "gte"], "unknown command 'gte'"],
    [["-v"], "Did you mean --version?"],
    [["-V"], "Did you mean --version?"],
    [["vresion"], "Did you mean version?"],
    [["kv", "get"], "missing required argument 'KEY'"],
    [["kv", "get", "a", "b"], "too many arguments"],
    [["kv", "get", "a", "--sevrer", "x"], "Did you mean --server?"],
    [["kv", "get", "a", "--server", "nonsense"], "allowed is HOST:PORT"],
    [
      ["kv", "get", "a", "--server", "host:70000"],
      "port is none from 1 to 65535, allowed is HOST:PORT",
    ],
    [["kv", "get", "a", "--server", "localhost"], "it has no port, allowed is HOST:PORT"],
    [["server", "--join", "a:1,b:2"], "it is a list, and one address may stand here, allowed is"],
    [["kv", "get", "a", "--server", "::1:6001"], "IPv6 stands in brackets, allowed is HOST:PORT"],
    [["kv", "get", "a", "--server", "http://host:6001"], "address: allowed is HOST:PORT"],
    [["kv", "get", "a", "--server", ","], "allowed is HOST:PORT"],
    [["kv", "get", "a", "--server"], "argument missing"],
    [["server", "--port", "99999"], "integer from 0 to 65535"],
    [["server", "--port", "abc"], "integer from 0 to 65535"],
    [["server", "--actors", "0"], "integer from 1 to"],
    [["server", "--actors", "1.5"], "integer from 1 to"],
    [["server", "--port", "65535"], "as --port: allowed"],
    [
      ["server", "--actors", "2", "--threads", "3"],
      "as --threads: allowed is an integer from 1 to 2",
    ],
    [["server", "--join", "nowhere"], "as in 127.0.0.1:6000"],
    [["server", "--advertise", "nowhere"], "as in 192.0.2.7:6000"],
    [["server", "--port", "0", "--host", "0.0.0.0"], "--advertise"],
    [["server", "--port", "0", "--host", "0"], "--advertise"],
    [["server", "--port", "0", "--host", "::"], "--advertise"],
    [["server", "--port", "0", "--host", ""], "Allowed is an address of this machine"],
    [["server", "--port", "0", "--host", "::ffff:0.0.0.0"], "--advertise"],
    [["server", "--port", "0", "--host", "0:0:0:0:0:0:0:0"], "--advertise"],
    [["server", "--host", "0.0.0.0", "--advertise", "here"], "HOST:PORT"],
    [["server", "--host", "0.0.0.0", "--advertise", "here:0"], "port is none from 1 to 65535"],
    [["server", "--advertise", "0.0.0.0:6000"], "as in 192.0.2.7:6000"],
    [["server", "--host", "::", "--advertise", "[::]:6000"], "as in 192.0.2.7:6000"],
    [["completion", "tcsh"], "bash, zsh, fish"],
    [["completion"], "missing required argument 'SHELL'"],
    [["server", "--data-dir", ""], "Allowed is the path of a directory"],
    [["server", "--data-dir", "/nowhere/\ufffd"], "Allowed is a path that is valid UTF-8"],
    [["play", "--data-dir", ""], "Allowed is the path of a directory"],
    [["data", "check", ""], "Cannot look into no directory: allowed is its path"],
    [["data", "export", ""], "Cannot look into no directory: allowed is its path"],
    [["play", "--name", "two words"], "one word of letters"],
    [
      ["play", "--observe", "--name", "Ada"],
      "Cannot use --name with --observe: a spectator has none",
    ],
    [["play", "--observe", "--data-dir", "/nowhere"], "Cannot use --data-dir with --observe"],
    [["play", "--observe", "--ephemeral"], "Cannot use --ephemeral with --observe"],
    [["bench", "--seconds", "-1"], "number above 0"],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runCmud(args);
    assertEquals({ code, stdout }, { code: 64, stdout: "" }, args.join(" "));
    assertStringIncludes(stderr, message);
  }
});

Deno.test("after wrong usage the help of that command is named", async () => {
  const cases: [string[], string][] = [
    [["frobnicate"], "cmud help"],
    [["kv", "frobnicate"], "cmud help kv"],
    [["kv", "get"], "cmud help kv get"],
    [["server", "--port", "x"], "cmud help server"],
  ];
  for (const [args, help] of cases) {
    const { stderr } = await runCmud(args);
    assert(stderr.endsWith(`\nTry: ${help}\n`), stderr);
    assertEquals((await runCmud(help.split(" ").slice(1))).code, 0);
  }
});

Deno.test("cmud licenses prints the licence of cmud and the notices of others", async () => {
  const { code, stdout, stderr } = await runCmud(["licenses"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (const file of ["LICENSE", "THIRD_PARTY_NOTICES.md"]) {
    assertStringIncludes(stdout, Deno.readTextFileSync(new URL(`../../${file}`, import.meta.url)));
  }
});

Deno.test("nothing printed to a pipe holds an escape sequence", async () => {
  for (const args of [["--help"], ["kv", "--help"], ["frobnicate"], ["kv", "get"]]) {
    const { stdout, stderr } = await runCmud(args, { env: { TERM: "xterm" } });
    assert(!(stdout + stderr).includes("\x1b"));
  }
});

Deno.test("what is no option, where an argument may begin with -, is said to go behind --", async () => {
  const cases: [args: string, hint: string][] = [
    ["kv put -x y", "A KEY or VALUE that begins with - goes behind --: cmud kv put -- KEY VALUE\n"],
    ["kv get -v", "A KEY that begins with - goes behind --: cmud kv get -- KEY\n"],
    ["data check -x", "A DIR that begins with - goes behind --: cmud data check -- DIR\n"],
    ["kv get --sever x", "(Did you mean --server?)\n"],
    ["status -v", "(Did you mean --version?)\n"],
    ["completion -x", ""],
  ];
  for (const [args, hint] of cases) {
    const { code, stderr } = await runCmud(args.split(" "));
    assertEquals(code, 64);
    const [first, ...rest] = stderr.split(/(?<=\n)/);
    assertMatch(first, /^cmud: unknown option '-/);
    assertEquals(rest.slice(0, -1).join(""), hint, args);
  }
});
