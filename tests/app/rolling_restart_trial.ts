import { Client } from "../../kvclient/mod.ts";
import { assertEquals } from "../deps.ts";
import { type ServerProcess, spawnCmud, startServerProcess } from "../support/app/cmud_process.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";

const lineCount = 4_000;
const lines = Array.from(
  { length: lineCount },
  (_, i) => `${JSON.stringify({ key: `k/${i}`, value: `${i}` })}\n`,
);

/** Lines that are written in one go while a server is told to stop. */
const burst = 300;

/** The lines of an import, a few after the other. */
class Feed {
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #written = 0;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  /** Writes lines up to number `end`, so many at once. */
  async upTo(end: number, atOnce: number): Promise<void> {
    while (this.#written < end) {
      const next = Math.min(end, this.#written + atOnce);
      const part = lines.slice(this.#written, next).join("");
      this.#written = next;
      await this.#writer.write(new TextEncoder().encode(part));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}

Deno.test("an import does not notice that its servers restart, one after the other", async () => {
  const ports = Array.from({ length: 3 }, () => freePorts(2));
  const joins = ports.flatMap((port) => ["--join", `127.0.0.1:${port}`]);
  const start = (i: number, joins: readonly string[]) =>
    startServerProcess(["--port", `${ports[i]}`, ...joins]);
  const servers: ServerProcess[] = [];
  for (const i of ports.keys()) servers.push(await start(i, joins.slice(0, 2 * i)));
  const addresses = ports.map((port) => `127.0.0.1:${port + 1}`);
  const child = spawnCmud(["kv", "import", "-", "--server", addresses.join(",")], {
    stdin: "piped",
  });
  const printed = Promise.all([child.stdout, child.stderr].map((s) => new Response(s).text()));
  const feed = new Feed(child.stdin);
  const patience = { timeoutMs: 30_000 };
  for (const i of ports.keys()) {
    const begun = i * 1_200;
    await feed.upTo(begun + burst, burst);
    const fed = feed.upTo(begun + 1_200, 5);
    assertEquals(await servers[i].end("SIGTERM"), 0);
    servers[i] = await start(i, joins.filter((_, j) => j >> 1 !== i));
    await until("the server has its state", async () => {
      await using client = new Client(addresses[i]);
      return (await client.stats()).ready === true;
    }, patience);
    await fed;
  }
  await feed.upTo(lineCount, burst);
  await feed.close();
  const [{ code }, [, stderr]] = await Promise.all([child.status, printed]);
  assertEquals([code, stderr], [0, "Put 4,000 entries\n"]);
  for (const address of addresses) {
    await using client = new Client(address);
    await until(`${address} has all`, async () => await client.count("k/") === lineCount, patience);
  }
  for (const server of servers) await server.end("SIGTERM");
});
