/** What ends a command whose Put a server refuses for now. */

import { Client, RpcError } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { tcpTransport } from "../../rpc/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { type FakeConsoleOptions, runCmud } from "../support/app/fake_console.ts";

const MiB = 1024 * 1024;
const large = "x".repeat(MiB);

/** Puts until the memory of a server is full. */
async function fill(server: string): Promise<void> {
  await using client = new Client(server);
  for (let i = 0;; i++) {
    try {
      await client.put(`key ${i}`, large);
    } catch (error) {
      if (error instanceof RpcError && error.code === "overloaded") return;
      throw error;
    }
  }
}

const encoder = new TextEncoder();

const commands: readonly (readonly [args: readonly string[], options: FakeConsoleOptions])[] = [
  [["put", "key", large], {}],
  [["put", "key", "-"], { bytes: [encoder.encode(large)] }],
  [["import"], { bytes: [encoder.encode(`${JSON.stringify({ key: "key", value: large })}\n`)] }],
  [["shell"], { input: [`put key ${large}`] }],
];

Deno.test("a command whose Put is refused because memory is full ends with 75", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1, maxMemory: 32 * MiB });
  const [address] = server.queryAddresses;
  await fill(address);
  for (const [args, options] of commands) {
    const { code, stderr } = await runCmud(["kv", ...args, "--server", address], options);
    assertEquals(code, 75, args[0]);
    assertMatch(stderr, /memory is full/);
    // To wait is no help.
    assertMatch(stderr, /with a greater --max-memory\n$/);
  }
  // What only reads goes on.
  assertEquals((await runCmud(["kv", "count", "--server", address])).code, 0);
  await server.close();
});

Deno.test("an import goes on when a server that could not keep up takes Puts again", async () => {
  const server = new ScriptedServer(tcpTransport, 0, "127.0.0.1");
  let refusals = 12;
  server.onRequest = (request) => {
    if (request.method === "Put" && refusals-- > 0) {
      server.refuse(request, "overloaded", "Cannot Put: a query actor is 6 s behind");
    } else server.reply(request, null);
  };
  const lines = ["a", "b", "c"].map((key) => `${JSON.stringify({ key, value: "v" })}\n`).join("");
  const bytes = [encoder.encode(lines)];
  const imported = await runCmud(["kv", "import", "--server", server.address], { bytes });
  assertEquals(imported, { code: 0, stdout: "", stderr: "Put 3 entries\n" });
  server.close();
});

Deno.test("a command whose Put is refused because the disk refuses ends with 75, and status says why", async () => {
  using directory = new TempDirectory();
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    dataDir: `${directory.path}/data`,
    durability: "strict",
  });
  const [address] = server.queryAddresses;
  // The lock is gone with it: nothing may be written any more. (A server that is making a file just then keeps a
  // directory from being removed, not from being moved.)
  Deno.renameSync(`${directory.path}/data`, `${directory.path}/moved`);
  const { code, stderr } = await runCmud(["kv", "put", "key", "value", "--server", address]);
  assertEquals(code, 75, stderr);
  assertMatch(stderr, /disk refuses to be written/);
  const status = await runCmud(["status", "--server", address]);
  assertEquals(status.code, 75);
  assertMatch(status.stdout, / refusing /);
  assertMatch(status.stderr, /refuses puts, because its disk refuses to be written \(.+\)\n$/);
  await server.close().catch(() => {});
});
