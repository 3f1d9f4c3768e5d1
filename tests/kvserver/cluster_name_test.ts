import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { repairDirectory } from "../../kvserver/disk/repair.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { JoinError } from "../../kvserver/join/join_error.ts";
import { Server, ServerOptionError } from "../../kvserver/mod.ts";
import { Logger, type LogRecord } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";

/** Keeps what a server has to say. */
class KeptLog extends Logger {
  readonly records: LogRecord[] = [];

  constructor() {
    super(realEnvironment);
  }

  override take(record: LogRecord): void {
    this.records.push(record);
  }

  /** What was said with all of these words in it. */
  with(...words: string[]): LogRecord[] {
    return this.records.filter((record) => {
      const text = JSON.stringify(record);
      return words.every((word) => text.includes(word));
    });
  }
}

Deno.test("a server that is told to join another cluster refuses, and both say why", async () => {
  const log = new KeptLog();
  await using red = await serve({ cluster: "red", log });
  const error = await assertRejects(
    () => Server.start({ startPort: 0, queryActorCount: 1, join: [red.server.address], log }),
    JoinError,
  );
  const why = 'it belongs to the cluster "red", this server to "cmud" (--cluster)';
  assertEquals(error.message, `Cannot join ${red.server.address}: ${why}`);
  await until("red has said it", () => log.with("refused", "red", "cmud").length > 0);
});

Deno.test("servers of two clusters never sync, whatever describes one to the other", async () => {
  const logs = [new KeptLog(), new KeptLog()];
  await using red = await serve({ cluster: "red", log: logs[0] });
  await using blue = await serve({
    cluster: "blue",
    log: logs[1],
    remoteDescs: [red.server.description],
  });
  await red.client.put("red", "1");
  for (const log of logs) {
    await until("both have said it", () => log.with("red", "blue").length > 0);
  }
  assertEquals(await blue.client.get("red"), undefined);
  assert(red.server.stats().refusedMessages > 0);
});

Deno.test("a cluster has a name of letters and digits", async () => {
  for (const cluster of ["", "a b", "x".repeat(65), "a\n", "ä"]) {
    const start = () => Server.start({ startPort: 0, queryActorCount: 1, cluster });
    const error = await assertRejects(start, ServerOptionError);
    assertStringIncludes(error.message, "allowed are");
  }
});

Deno.test("a server does not join another one by the address that it advertises itself", async () => {
  await using first = await serve();
  const { address } = first.server;
  const options = { startPort: 0, queryActorCount: 1, advertise: address, join: [address] };
  const error = await assertRejects(() => Server.start(options), JoinError);
  assertStringIncludes(error.message, "which this one advertises");
});

Deno.test("a server at whose address nobody answers is told so soon, and so is the other side", async () => {
  const logs = [new KeptLog(), new KeptLog()];
  await using first = await serve({ log: logs[0] });
  await using lost = await serve({
    log: logs[1],
    advertise: "127.0.0.1:1",
    join: [first.server.address],
  });
  for (const log of logs) {
    await until("it is said", () => log.with("127.0.0.1:1", "nobody answers").length > 0);
  }
  assertEquals(await lost.client.get("key"), undefined);
});

/** Starts a server in a directory, and stops it. */
async function startIn(dataDir: string, cluster?: string): Promise<void> {
  await using _ = await serve({ dataDir, cluster });
}

Deno.test("a data directory belongs to the cluster that it is first started in", async () => {
  using directory = new TempDirectory();
  const { path } = directory;
  // A start that fails has not carried anything into a cluster.
  {
    await using red = await serve({ cluster: "red" });
    const join = [red.server.address];
    const wrong = { startPort: 0, queryActorCount: 1, dataDir: path, cluster: "blue", join };
    await assertRejects(() => Server.start(wrong), JoinError);
  }
  assertEquals(StoredData.read(path).cluster, undefined);
  await startIn(path, "red");
  assertEquals(StoredData.read(path).cluster, "red");
  for (const cluster of ["blue", undefined]) {
    const error = await assertRejects(() => startIn(path, cluster), DataDirectoryError);
    const found = `it belongs to the cluster "red", and this server to "${cluster ?? "cmud"}"; ` +
      `start it with --cluster red, or copy the data over with "cmud data export" and ` +
      `"cmud kv import"`;
    assertEquals(error.found, found);
  }
  await startIn(path, "red");
});

Deno.test("data repair keeps the name of the cluster, and a damaged name is damage", async () => {
  using directory = new TempDirectory();
  using above = new TempDirectory();
  const [from, to] = [directory.path, `${above.path}/new`];
  await startIn(from, "a-name-to-be-found");
  repairDirectory(from, to, realEnvironment);
  assertEquals(StoredData.read(to).cluster, "a-name-to-be-found");

  const file = `${from}/cmud.db`;
  const bytes = Deno.readFileSync(file);
  const at = new TextDecoder("latin1").decode(bytes).indexOf("a-name-to-be-found");
  bytes[at] ^= 1;
  Deno.writeFileSync(file, bytes);
  const damage = "it is damaged (cmud.db: the name of its cluster is damaged)";
  const error = await assertRejects(() => startIn(from, "a-name-to-be-found"), DataDirectoryError);
  assertStringIncludes(error.found, damage.slice(0, -1));
  const nameless = `${above.path}/nameless`;
  const { report } = repairDirectory(from, nameless, realEnvironment);
  assertEquals(report.text(), ["cmud.db: the name of its cluster is damaged"]);
  assertEquals(StoredData.read(nameless).cluster, undefined);
});
