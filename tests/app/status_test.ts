import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
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
