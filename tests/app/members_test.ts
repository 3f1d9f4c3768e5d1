import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCommandLine } from "../../app/mod.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";
import { until } from "../support/until.ts";
import { Cluster } from "../sync/cluster.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** Two servers that know each other, and where the first is asked. */
async function pair(): Promise<{ cluster: Cluster; server: string }> {
  const cluster = await Cluster.start(2);
  await cluster.ready();
  return { cluster, server: cluster.servers[0].queryAddresses[0] };
}

Deno.test("members shows a line for each server, the one that is asked first", async () => {
  const { cluster, server } = await pair();
  await using _cluster = cluster;
  const { code, stdout } = await runCmud(["members", "--server", server]);
  const [header, ...lines] = stdout.trimEnd().split("\n");
  assertEquals(code, 0);
  assertMatch(header, /^address +state +since +lag +pending +agreed +tombstones +clock +refused/);
  const [first, second] = cluster.servers.map(({ address }) => address);
  assertEquals(lines.length, 2);
  assertMatch(lines[0], new RegExp(`^${first} +self +\\w`));
  assertMatch(lines[1], new RegExp(`^${second} +up +\\w`));
});

Deno.test("members --json prints an object for each server, with every field", async () => {
  const { cluster, server } = await pair();
  await using _cluster = cluster;
  const { stdout } = await runCmud(["members", "--json", "--server", server]);
  const members = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(members.map(({ state }) => state), ["self", "up"]);
  assertEquals(
    members.map(({ queryAddresses }) => queryAddresses),
    [cluster.servers[0].queryAddresses, null],
  );
  for (const member of members) {
    assertEquals(Object.keys(member).sort(), [
      "address",
      "agreedMs",
      "clockSkewMs",
      "incarnation",
      "lagMs",
      "pendingBytes",
      "queryAddresses",
      "refusedMessages",
      "sinceMs",
      "state",
      "tombstonesHeld",
      "version",
    ]);
  }
});

Deno.test("members shows a line for each field on a terminal that is too narrow", () =>
  withServer(async (server) => {
    const terminal = await FakeTerminal.open(40);
    const console = Object.assign(new FakeConsole(), { terminal });
    await runCommandLine(["members", "--server", server], console);
    assertMatch(console.stdout, /^127\.0\.0\.1:\d+\n {2}state {7}self\n {2}since {7}now\n/);
    for (const line of console.stdout.split("\n")) assert(line.length <= 40, line);
  }));

Deno.test("members ends with 69 when nobody answers", async () => {
  const { code, stderr } = await runCmud(["members", "--server", deadAddress()]);
  assertEquals(code, 69);
  assertStringIncludes(stderr, "Is a server running there?");
});

Deno.test("the shell prints the members too", () =>
  withServer(async (server) => {
    const { code, stdout } = await runCmud(["kv", "shell", "--server", server], {
      input: ["members"],
    });
    assertEquals(code, 0);
    assertMatch(stdout, /^address .*\n127\.0\.0\.1:\d+ +self /);
  }));

Deno.test("members forget has the cluster forget a server that is down, and no other", async () => {
  const { cluster, server } = await pair();
  await using _cluster = cluster;
  const forget = (address: string) => runCmud(["members", "forget", address, "--server", server]);
  const [, second] = cluster.servers;
  const { address } = second;
  const there = await forget(address);
  assertEquals(there.code, 64);
  assertStringIncludes(there.stderr, "it is there; allowed is a server that is down");
  await cluster.remove(second);
  await until("it is forgotten", async () => (await forget(address)).code === 0);
  const again = await forget(address);
  assertEquals(again.code, 1);
  assertEquals(
    again.stderr,
    `No server is known at ${address}\n` +
      `Those that are known are shown by: cmud members --server ${server}\n`,
  );
  const asked = await forget(cluster.servers[0].address);
  assertEquals(asked.code, 64);
  assertStringIncludes(asked.stderr, "it is the server that is asked; allowed is one that is down");
  const { stdout } = await runCmud(["members", "--json", "--server", server]);
  assertEquals(stdout.trimEnd().split("\n").length, 1);
  assertEquals((await forget("nowhere")).code, 64);
});
