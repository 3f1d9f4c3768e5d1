import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCommandLine } from "../../app/mod.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";
import { until } from "../support/until.ts";
import { Cluster } from "../sync/cluster.ts";
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

Deno.test("status ends with 75 while a member is down, and says so", async () => {
  await using cluster = await Cluster.start(2);
  await cluster.ready();
  const [first, second] = cluster.servers;
  const status = (...options: string[]) =>
    runCmud(["status", ...options, "--server", first.queryAddresses.join()]);
  await until("both know each other", async () => (await status()).code === 0);
  assertMatch((await status()).stdout, / 2 of 2 /);
  const { address } = second;
  await cluster.remove(second);
  await until("it is seen", async () => (await status()).code === 75);
  const { stdout, stderr } = await status();
  assertMatch(stdout, / 1 of 2 /);
  assertMatch(stderr, new RegExp(`^${first.address}: member ${address} is down for \\d s\n$`));
  const { problems } = JSON.parse((await status("--json")).stdout);
  assertMatch(problems[0], new RegExp(`^member ${address} is down`));
});
