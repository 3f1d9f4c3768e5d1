import { Client } from "../../kvclient/mod.ts";
import { assertEquals, assertMatch } from "../deps.ts";
import {
  cmudProcess,
  type ServerProcess,
  startServerProcess,
} from "../support/app/cmud_process.ts";
import { commitOf, EarlierBuild, lastChangeOf } from "../support/earlier_build.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testUnless } from "../support/needs.ts";
import { freePorts } from "../support/ports.ts";
import { root } from "../support/repository.ts";
import { until } from "../support/until.ts";

// An earlier build beside this one. There is no release yet whose servers speak this protocol, so it is the first
// build that does: that of the last change of what is sent and kept. A clone without history skips these.

const patience = { timeoutMs: 30_000 };

const earlier = lastChangeOf([
  "actor/hello.ts",
  "actor/link_notice.ts",
  "actor/protocol.ts",
  "actor/tell_frame.ts",
  "kvserver/disk/data_format.ts",
  "kvserver/entry/entry_batch.ts",
  "kvserver/reconcile/range_message.ts",
  "kvserver/sync/peer_message.ts",
  "kvserver/versions/version_bytes.ts",
]);
const first = commitOf("ci: workflows for three systems; a tag becomes a release");
const lackingHistory = (commit: string | undefined) =>
  commit === undefined ? "history in this clone" : undefined;

/** A cluster whose servers are restarted on another build, one after the other. */
class Cluster implements Disposable {
  readonly #ports = Array.from({ length: 3 }, () => freePorts(2));
  readonly #directories = this.#ports.map(() => new TempDirectory());
  readonly #servers: ServerProcess[] = [];

  get addresses(): string[] {
    return this.#ports.map((port) => `127.0.0.1:${port + 1}`);
  }

  /** Starts server `i` on its data directory. @param build the folder of the program */
  async start(i: number, build: URL): Promise<void> {
    const others = this.#ports.filter((_, j) => j !== i && this.#servers[j] !== undefined);
    this.#servers[i] = await startServerProcess([
      ...["--port", `${this.#ports[i]}`, "--data-dir", this.#directories[i].path],
      ...others.flatMap((port) => ["--join", `127.0.0.1:${port}`]),
    ], { build });
    await this.ready(i);
  }

  /** Stops server `i` in order, and starts it on another build. */
  async move(i: number, build: URL): Promise<void> {
    assertEquals(await this.#servers[i].end("SIGTERM"), 0);
    await this.start(i, build);
  }

  async ready(i: number): Promise<void> {
    await using client = new Client(this.addresses[i]);
    await until("it has its state", async () => (await client.stats()).ready === true, patience);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) assertEquals(await server.end("SIGTERM"), 0);
  }

  [Symbol.dispose](): void {
    for (const directory of this.#directories) directory[Symbol.dispose]();
  }
}

/** Puts and gets all the while, by the client library and all addresses. */
class Load {
  readonly put = new Map<string, string>();
  readonly failures: unknown[] = [];
  #client: Client;
  #isOver = false;
  #done: Promise<void>;

  constructor(addresses: readonly string[]) {
    this.#client = new Client(addresses);
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const [key, value] = [`load/${n % 500}`, `${n}`];
      try {
        await this.#client.put(key, value);
        this.put.set(key, value);
        await this.#client.get(key);
        await this.#client.count("load/");
      } catch (error) {
        this.failures.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
    await this.#client.close();
  }
}

async function expectBothWays([a, b]: readonly string[], key: string): Promise<void> {
  for (const [from, to] of [[a, b], [b, a]]) {
    await using writer = new Client(from);
    await using reader = new Client(to);
    await writer.put(key, `put at ${from}`);
    await until(
      "it is at the other one",
      async () => await reader.get(key) === `put at ${from}`,
      patience,
    );
    await writer.delete(key);
    await until("so is its end", async () => await reader.get(key) === undefined, patience);
  }
}

testUnless(
  lackingHistory(earlier),
  "a cluster is moved to this build and back, server by server, and no call of a client fails",
  async () => {
    using build = new EarlierBuild(earlier!);
    using cluster = new Cluster();
    for (let i = 0; i < 3; i++) await cluster.start(i, build.root);
    const load = new Load(cluster.addresses);
    await until("there is a load", () => load.put.size > 50, patience);
    for (const to of [root, build.root]) {
      for (let i = 0; i < 3; i++) {
        await cluster.move(i, to);
        // The one that was moved, and one that was not yet, or was before.
        const other = (i + 1) % 3;
        await expectBothWays([cluster.addresses[i], cluster.addresses[other]], `${to} ${i}`);
      }
    }
    await load.end();
    assertEquals(load.failures, []);
    const { code, stdout, stderr } = await runCmud([
      ...["check", "--wait", "20s", "--server", cluster.addresses.join()],
    ]);
    assertEquals(code, 0, stdout + stderr);
    for (const address of cluster.addresses) {
      await using client = new Client(address);
      for (const [key, value] of load.put) assertEquals(await client.get(key), value);
    }
    await cluster.stop();
  },
);

testUnless(
  lackingHistory(first),
  "a client of 0.1.0 is served by this build, and a client of this build by 0.1.0",
  async () => {
    using build = new EarlierBuild(first!);
    const cases = [[build.root, root], [root, build.root]];
    for (const [client, server] of cases) {
      const started = await startServerProcess([], { build: server });
      const at = ["--server", started.ready.queryAddresses[0]];
      const run = (...words: string[]) => cmudProcess([...words, ...at], undefined, client);
      for (let n = 0; n < 3; n++) {
        assertEquals(await run("kv", "put", `key/${n}`, `value ${n}`), {
          code: 0,
          stdout: "",
          stderr: "",
        });
      }
      assertEquals((await run("kv", "get", "key/1")).stdout, "value 1\n");
      assertEquals((await run("kv", "get", "nobody")).code, 1);
      assertEquals(
        (await run("kv", "list", "key/")).stdout,
        "key/0\tvalue 0\nkey/1\tvalue 1\nkey/2\tvalue 2\n",
      );
      assertMatch((await run("status")).stdout, /true/);
      assertEquals(await started.end("SIGTERM"), 0);
    }
  },
);
