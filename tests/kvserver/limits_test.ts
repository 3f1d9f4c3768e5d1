import { defaultLimits, withLimits } from "../../limits.ts";
import { scanCall } from "../../kvcommon/mod.ts";
import { realEnvironment, RpcConnection, tcpTransport } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertRejects } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";
import { Server, ServerOptionError } from "../../kvserver/mod.ts";

Deno.test("the limits of a server hold on each of its threads", async () => {
  const limits = withLimits({ scanPageBytesMax: 100 });
  await using served = await serve({ queryActorCount: 2, threads: 2, limits });
  for (let i = 0; i < 10; i++) await served.client.put(`key ${i}`, "v".repeat(40));
  for (const address of served.server.queryAddresses) {
    const client = served.newClient(address);
    await until("all is there", async () => (await client.list("key ")).size === 10);
    const connection = new RpcConnection(address, tcpTransport, realEnvironment);
    const { entries, done } = await connection.call(scanCall("key ", undefined, 10), {
      timeoutMs: 5_000,
    });
    assertEquals([entries.length, done], [2, false]);
    await connection.close();
  }
});

Deno.test("the limits of a server hold on the thread of its disk", async () => {
  using directory = new TempDirectory();
  const KiB = 1024;
  const limits = withLimits({
    diskMessageBytesMax: 64 * KiB,
    logSegmentBytes: 64 * KiB,
    foldFromSegments: 1_000,
  });
  await using served = await serve({ dataDir: directory.path, durability: "strict", limits });
  for (let i = 0; i < 4; i++) await served.client.put(`key ${i}`, "v".repeat(65 * KiB));
  const segments = [...directory.files().keys()].filter((name) => name.startsWith("log-"));
  assertGreater(segments.length, 2);
});

Deno.test("a server has no more query actors than its limits say", async () => {
  const limits = { ...defaultLimits, queryActorsMax: 2 };
  const start = () => Server.start({ startPort: 0, queryActorCount: 3, limits });
  await assertRejects(start, ServerOptionError, "from 1 to 2");
});
