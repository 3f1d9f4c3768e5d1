import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";

Deno.test("what was deleted, and forgotten since, comes back by no backup, after a restart neither", async () => {
  using data = new TempDirectory();
  using backups = new TempDirectory();
  const start = () => Server.start({ startPort: 0, queryActorCount: 2, dataDir: data.path });
  const first = await start();
  const [address] = first.queryAddresses;
  const client = new Client(address);
  await client.put("deleted", "v");
  await client.put("kept", "v");
  const { stdout: exported } = await runCmud(["kv", "export", "--server", address]);
  await runCmud(["backup", backups.path, "--server", address]);
  await client.delete("deleted");
  await until("no tombstone is left", async () => (await client.stats()).tombstones === 0);
  await client.close();
  await assertNothingReturns(first.queryAddresses, exported, backups.path);
  await first.close();
  const again = await start();
  await assertNothingReturns(again.queryAddresses, exported, backups.path);
  await again.close();
});

/** Neither way of a backup brings anything, whichever query actor is asked. */
async function assertNothingReturns(
  servers: readonly string[],
  exported: string,
  backups: string,
): Promise<void> {
  const bytes = [new TextEncoder().encode(exported)];
  for (const server of servers) {
    const imported = await runCmud(["kv", "import", "--merge", "--server", server], { bytes });
    assertStringIncludes(imported.stderr, "Merged 2 entries; 2 of them changed nothing\n");
    const restored = await runCmud(["restore", backups, "--server", server]);
    assertStringIncludes(restored.stdout, "restored 2 entries, 2 of them changed nothing\n");
    const listed = await runCmud(["kv", "list", "--server", server]);
    assertEquals(listed.stdout, "kept\tv\n");
  }
}
