import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCommandLine } from "../../app/mod.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";
import { deadAddress, withServer } from "./with_server.ts";

Deno.test("status shows a line for each query actor", () =>
  withServer(async (first, second) => {
    await runCmud(["kv", "put", "k", "v", "--server", first]);
    const { code, stdout } = await runCmud(["status", "--server", `${first},${second}`]);
    assertEquals(code, 0);
    const [header, ...lines] = stdout.trimEnd().split("\n");
    assertMatch(header, /^address +ready +keys +gets +puts/);
    assertEquals(lines.length, 2);
    assertMatch(lines[0], new RegExp(`^${first} +true +1 +0 +1 `));
  }, 2));

Deno.test("status --json prints the figures as they are", () =>
  withServer(async (server) => {
    const { stdout } = await runCmud(["status", "--json", "--server", server]);
    const figures = JSON.parse(stdout);
    assertEquals(figures.address, server);
    assertEquals(figures.keys, 0);
    assertEquals(figures.ready, true);
  }));

Deno.test("status ends with 69 when one does not answer, and shows the others", () =>
  withServer(async (server) => {
    const dead = deadAddress();
    const { code, stdout, stderr } = await runCmud(["status", "--server", `${dead},${server}`]);
    assertEquals(code, 69);
    assert(!stdout.includes("os error"));
    assertStringIncludes(stderr, "Is a server running there?");
    assertStringIncludes(stdout, `${dead}  Cannot call Stats`);
    assertMatch(stdout, new RegExp(`\n${server} +true`));
  }));

Deno.test("status shows a line for each figure on a terminal that is too narrow for the table", () =>
  withServer(async (server) => {
    const dead = deadAddress();
    const statusAt = async (columns: number) => {
      const terminal = await FakeTerminal.open(columns);
      const console = Object.assign(new FakeConsole(), { terminal });
      await runCommandLine(["status", "--server", `${server},${dead}`], console);
      return console.stdout;
    };
    const narrow = await statusAt(40);
    assertMatch(narrow, new RegExp(`^${server}\n  ready        true\n  keys         0\n`));
    assertStringIncludes(narrow, `${dead}\n  Cannot call Stats`);
    for (const line of narrow.split("\n")) assert(line.length <= 40, line);
    for (const columns of [0, 120]) assertMatch(await statusAt(columns), /^address +ready +keys/);
  }));
