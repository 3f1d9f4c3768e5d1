import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { runCmud } from "../support/app/fake_console.ts";

/** Runs `use` with a server that keeps its data in a directory. */
async function withData(
  dataDir: string,
  use: (client: Client, address: string) => Promise<void>,
): Promise<void> {
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    dataDir,
    durability: "strict",
  });
  const [address] = server.queryAddresses;
  const client = new Client(new FixedRouter(address));
  try {
    await use(client, address);
  } finally {
    await client.close();
    await server.close();
  }
}

Deno.test("data check and export say what a directory holds, while a server runs there and after", async () => {
  using directory = new TempDirectory();
  const check = async () => (await runCmud(["data", "check", directory.path])).stdout;
  const entries = new Map([["b", "2"], ["a", 'a "quoted"\nvalue'], ["\ufeffkey", "\ufeffvalue"]]);
  let exported = "";
  await withData(directory.path, async (client, address) => {
    for (const [key, value] of entries) await client.put(key, value);
    exported = (await runCmud(["kv", "list", "--json", "--server", address])).stdout;
    assertEquals(await runCmud(["data", "export", directory.path]), {
      code: 0,
      stdout: exported,
      stderr: "",
    });
    assertStringIncludes(await check(), "is sound.\n  keys        3\n");
  });
  assertEquals((await runCmud(["data", "export", directory.path])).stdout, exported);
  assertMatch(await check(), /newest Put *20\d\d-\d\d-\d\dT[\d:.]+Z\n/);
  const { code, stdout } = await runCmud(["data", "check", "--json", directory.path]);
  const { newestMs, diskBytes, ...rest } = JSON.parse(stdout);
  assertEquals([code, rest], [0, { sound: true, keys: 3, tombstones: 0 }]);
  assertEquals(Math.abs(Date.now() - newestMs) < 60_000 && diskBytes > 0, true);
});

Deno.test("data check of an empty directory of a server finds nothing", async () => {
  using directory = new TempDirectory();
  await withData(directory.path, async () => {});
  const { code, stdout } = await runCmud(["data", "check", directory.path]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "  keys        0\n");
  assertStringIncludes(stdout, "  newest Put  none\n");
});

Deno.test("data check and export refuse what is none, and what is damaged, with exit code 70", async () => {
  using directory = new TempDirectory();
  for (const command of ["check", "export"]) {
    for (const path of [directory.path, `${directory.path}/nowhere`]) {
      const { code, stdout, stderr } = await runCmud(["data", command, path]);
      assertEquals([code, stdout], [70, ""]);
      assertEquals(
        stderr,
        `cmud: Cannot use the data directory ${path}: there is no cmud.db in it\n`,
      );
    }
  }
  assertEquals(directory.files().size, 0);
  await withData(directory.path, async (client) => {
    for (let i = 0; i < 20; i++) await client.put(`key ${i}`, "x".repeat(10_000));
  });
  const path = `${directory.path}/log-1`;
  Deno.writeFileSync(path, Deno.readFileSync(path).fill(0xff, 30_000, 31_000));
  for (const command of ["check", "export"]) {
    const { code, stdout, stderr } = await runCmud(["data", command, directory.path]);
    assertEquals([code, stdout], [70, ""]);
    assertMatch(stderr, /^cmud: Cannot use the data directory .*: it is damaged \(/);
  }
});
