import { JoinError } from "../../kvserver/join/join_error.ts";
import { Server, ServerOptionError } from "../../kvserver/mod.ts";
import { Logger, type LogRecord } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../deps.ts";
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
  for (const word of ["red", "cmud"]) assertStringIncludes(error.message, word);
  await until("red has said it", () => log.with("refused", "red", "cmud").length > 0, {
    timeoutMs: 2_000,
  });
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
    await until("both have said it", () => log.with("red", "blue").length > 0, {
      timeoutMs: 5_000,
    });
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
    await until("it is said", () => log.with("127.0.0.1:1", "nobody answers").length > 0, {
      timeoutMs: 10_000,
    });
  }
  assertEquals(await lost.client.get("key"), undefined);
});
