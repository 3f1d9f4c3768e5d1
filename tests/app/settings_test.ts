import { assertEquals } from "../deps.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { heldIn } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

Deno.test("cmud server --config keeps its data where the file says, and has the right to", async () => {
  using directory = new TempDirectory();
  const [config, data] = [`${directory.path}/cmud.toml`, `${directory.path}/data`];
  Deno.writeTextFileSync(
    config,
    `data-dir = ${JSON.stringify(data)}\nhttp = "127.0.0.1:0"\nmax-memory = "64MiB"\n`,
  );
  const server = await startServerProcess(["--config", config]);
  const client = new Client(new FixedRouter(server.ready.queryAddresses[0]));
  await client.put("k", "v");
  assertEquals((await client.stats()).memoryMaxBytes, 64 * 1024 * 1024);
  await client.close();
  const response = await fetch(`http://${server.ready.http}/readyz`);
  assertEquals([response.status, await response.text()], [200, "ready\n"]);
  assertEquals(await server.end("SIGTERM"), 0);
  assertEquals([...heldIn(data).keys()], ["k"]);
});
