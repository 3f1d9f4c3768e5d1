import { pathToFileURL } from "node:url";
import { HttpPort, livePage } from "../../http/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { root } from "../support/repository.ts";

/** Runs a program of the repository to its end. @returns what it printed. */
async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...args],
    cwd: root.pathname,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

testUnless(
  missing("chromium"),
  "the page of a server shows its cluster and its keys, at any width, by keyboard, and to a screen reader",
  async () => {
    using directory = new TempDirectory();
    await run("--allow-all", "scripts/page.ts", directory.path);
    const http = await HttpPort.open({
      address: "127.0.0.1:0",
      version: "1.2.3",
      environment: realEnvironment,
      transport: tcpTransport,
      log: silentLogger,
      pages: livePage(pathToFileURL(`${directory.path}/`)),
    });
    const server = await Server.start({ startPort: 0, queryActorCount: 2 });
    const other = await Server.start({ startPort: 0, remoteDescs: [server.description] });
    try {
      http.show(server);
      await using client = new Client(server.queryAddresses[0]);
      await client.put("user/ada", "Countess");
      await client.put("user/bob", "Builder");
      const { found, faults } = JSON.parse(
        await run("--allow-all", "tests/browser/live_page.ts", `http://${http.address}/`),
      );
      assertEquals(faults, []);
      const both = [server.address, other.address];
      assertEquals(found, { 360: both, 1000: both, 2000: both });
    } finally {
      http.show("stopping");
      await other.close();
      await server.close();
      await http.close();
    }
  },
);
