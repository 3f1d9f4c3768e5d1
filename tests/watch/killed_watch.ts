import { compareVersions } from "../../kvcommon/mod.ts";
import { Client, type Value, type WatchState } from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { type ServerProcess, spawnCmud, startServerProcess } from "../support/app/cmud_process.ts";
import { PrintedLines } from "../support/app/printed_lines.ts";
import { freePorts } from "../support/ports.ts";
import { Load, sleep, until } from "../support/until.ts";

const prefix = "w/";
const keyCount = 30;
const putEveryMs = 3;

/** What one who watches holds to be there. */
class View implements AsyncDisposable {
  readonly entries = new Map<string, Value>();
  /** Older writes that were told after newer ones, while nothing can have been lost. */
  readonly faults: string[] = [];
  told = 0;
  #versions = new Map<string, Uint8Array>();
  /** When its server was lost last; until it is, nothing older may be told at all. */
  #lostMs = Infinity;
  #end = new AbortController();
  #done: Promise<void>;

  constructor(client: Client) {
    this.#done = this.#follow(client).catch((error) => {
      if (!this.#end.signal.aborted) this.faults.push(String(error));
    });
  }

  async #follow(client: Client): Promise<void> {
    let hasBegun = false;
    while (!hasBegun) {
      const onState = ({ type }: WatchState) => {
        hasBegun = true;
        if (type === "lost") this.#lostMs = performance.now();
      };
      try {
        await this.#take(
          client.watch(prefix, { initial: true, signal: this.#end.signal, onState }),
        );
      } catch (error) {
        // It begins only where somebody answers.
        if (hasBegun || this.#end.signal.aborted) throw error;
        await sleep(50);
      }
    }
  }

  async #take(changes: ReturnType<Client["watch"]>): Promise<void> {
    for await (const { key, value, version } of changes) {
      this.told++;
      const before = this.#versions.get(key);
      const isOlder = before !== undefined && compareVersions(version, before) < 0;
      // What was lost with a server is told as it is then, and only after a while.
      if (isOlder && performance.now() - this.#lostMs < defaultLimits.watchSettleMs) {
        this.faults.push(`an older write of ${key}`);
      }
      this.#versions.set(key, version);
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#done;
  }
}

/** `cmud kv watch` in a process, and what its lines come to. */
class PrintedView implements AsyncDisposable {
  readonly entries = new Map<string, Value>();
  #args: readonly string[];
  #process!: Deno.ChildProcess;
  #isOver = false;
  #done: Promise<void>;

  constructor(addresses: readonly string[]) {
    this.#args = ["kv", "watch", prefix, "--initial", "--json", "--server", addresses.join()];
    this.#done = this.#follow();
  }

  /** Starts it again when it was killed, and when nobody answered at its beginning. */
  async #follow(): Promise<void> {
    while (!this.#isOver) {
      const process = this.#process = spawnCmud(this.#args);
      const printed = new PrintedLines(process);
      this.entries.clear();
      await Promise.all([this.#take(printed), process.stderr.cancel()]);
      await process.status;
    }
  }

  async #take(printed: PrintedLines): Promise<void> {
    for (;;) {
      // It has ended, perhaps in the midst of a line.
      const line = await printed.next().catch(() => undefined);
      if (line === undefined) return;
      const { key, value, change } = JSON.parse(line);
      if (change === "deleted") this.entries.delete(key);
      else this.entries.set(key, value);
    }
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.kill();
    await this.#done;
  }
}

/** What was found when the kills were over. */
export interface KillResult {
  told: number;
  puts: number;
  faults: string[];
  /** Whether the view of each that watched equals what the servers hold. */
  isEqual: boolean;
}

/**
 * Kills servers, and those who watch, while others put and delete; then compares what was watched with
 * what is there.
 *
 * @param serverCount 1: a server that keeps its data in `dataDir`, strictly; 2: two that keep nothing
 */
export async function killAndWatch(
  kills: number,
  serverCount: 1 | 2,
  dataDir: string,
): Promise<KillResult> {
  const ports = [freePorts(2), freePorts(2)].slice(0, serverCount);
  const addresses = ports.map((port) => `127.0.0.1:${port + 1}`);
  const start = (i: number) =>
    startServerProcess([
      ...["--port", String(ports[i])],
      ...serverCount === 1
        ? ["--data-dir", dataDir, "--durability", "strict"]
        : ["--join", `127.0.0.1:${ports[1 - i]}`],
    ]);
  const servers: ServerProcess[] = [];
  await using clients = new AsyncDisposableStack();
  const newClient = (...to: string[]) => clients.use(new Client(to, { timeoutMs: 2_000 }));
  try {
    // The first one is joined by the second, and joins that when it starts again.
    if (serverCount === 2) servers.push(await startServerProcess(["--port", String(ports[0])]));
    while (servers.length < serverCount) servers.push(await start(servers.length));
    const watched = new View(newClient(...addresses));
    clients.use(watched);
    const printed = new PrintedView(addresses.toReversed());
    clients.use(printed);
    let puts = 0;
    const writers = addresses.map((address) => newClient(address));
    await using load = new Load(putEveryMs, async (i) => {
      const writer = writers[i % writers.length];
      const key = `${prefix}${Math.floor(Math.random() * keyCount)}`;
      // A server that is gone takes none.
      const write = Math.random() < 0.2 ? writer.delete(key) : writer.put(key, `${i}`);
      await write.then(() => puts++, () => {});
    });
    for (let kill = 0; kill < kills; kill++) {
      await sleep(Math.random() * 200);
      const i = kill % serverCount;
      await servers[i].end("SIGKILL");
      servers[i] = await start(i);
      if (kill % 4 === 3) printed.kill();
    }
    await load.stop();
    const isEqual = await agree(writers, [watched, printed]);
    return { told: watched.told, puts, faults: watched.faults, isEqual };
  } finally {
    // One may be gone already, because it could not start: that is what is told then.
    await Promise.allSettled(servers.map((server) => server.end("SIGKILL")));
  }
}

/** Whether all servers, and all who watch, come to hold the same. */
async function agree(
  clients: readonly Client[],
  views: readonly { readonly entries: Iterable<[string, Value]> }[],
): Promise<boolean> {
  const textOf = (entries: Iterable<[string, Value]>) => JSON.stringify([...entries].sort());
  const areEqual = async () => {
    const texts = views.map(({ entries }) => textOf(entries));
    for (const client of clients) texts.push(textOf(await client.list(prefix)));
    return new Set(texts).size === 1;
  };
  return await until("all are equal", areEqual, { everyMs: 100 })
    .then(() => true, () => false);
}
