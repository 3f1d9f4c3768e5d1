import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { silentLogger } from "../../log/mod.ts";
import { freePorts, rebinding } from "../support/ports.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { sleep, until } from "../support/until.ts";

const serverCount = 8;
/** Of each server: a system port and a query port. */
const portsPerServer = 2;

/** Eight servers of one cluster, which all go down and start again. */
class ColdCluster implements AsyncDisposable {
  #directories = Array.from({ length: serverCount }, () => new TempDirectory());
  #firstPort = freePorts(serverCount * portsPerServer);
  #servers: (Server | undefined)[] = [];

  address(i: number): string {
    return `127.0.0.1:${this.#firstPort + portsPerServer * i}`;
  }

  async start(i: number, join: readonly string[] = []): Promise<void> {
    const startPort = this.#firstPort + portsPerServer * i;
    this.#servers[i] = await rebinding(() =>
      Server.start({
        startPort,
        queryActorCount: 1,
        dataDir: this.#directories[i].path,
        join,
        log: silentLogger,
      })
    );
  }

  async stop(i: number): Promise<void> {
    await this.#servers[i]?.close();
    this.#servers[i] = undefined;
  }

  async put(i: number, prefix: string): Promise<void> {
    await using client = new Client([...this.#servers[i]!.queryAddresses]);
    const keys = Array.from({ length: 100 }, (_, k) => `${prefix} ${k}`);
    await Promise.all(keys.map((key) => client.put(key, key)));
  }

  /** Resolves when all know each other, and hold the same so many entries. */
  async expectWhole(entries: number): Promise<void> {
    const beganMs = performance.now();
    const servers = this.#servers.filter((server) => server !== undefined);
    assertEquals(servers.length, serverCount);
    await until("each reaches each", async () => {
      const tables = await Promise.all(servers.map((server) => server.members()));
      return tables.every((rows) =>
        rows.length === serverCount && rows.slice(1).every(({ state }) => state === "up")
      );
    }, { everyMs: 100 });
    const named = servers.map(({ queryAddresses: [address] }) => address).join();
    const { code, stdout } = await runCmud(["check", "--server", named, "--wait", "20s"]);
    assertEquals(code, 0, stdout);
    assertEquals(/ are equal: (\d+) entries/.exec(stdout)?.[1], `${entries}`);
    await until(
      "all say so",
      () => servers.every((server) => server.stats().ready),
    );
    console.log(
      `up, equal and ready after ${Math.round(performance.now() - beganMs)} ms`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server?.close()));
    for (const directory of this.#directories) directory[Symbol.dispose]();
  }
}

Deno.test("eight servers with data that start at once, or in any order, are all up and equal", async () => {
  await using cluster = new ColdCluster();
  for (let i = 0; i < serverCount; i++) {
    await cluster.start(i, i === 0 ? [] : [cluster.address(0)]);
  }
  let entries = 0;
  const random = new Prng(1);
  for (const [isAtOnce, isNamed] of [[true, true], [true, false], [false, true]]) {
    // Each has been down for a while when the last one goes: no two hold the same.
    for (const i of shuffled(random)) {
      await cluster.put(i, `put ${entries}`);
      entries += 100;
      await cluster.stop(i);
    }
    const starting: Promise<void>[] = [];
    for (const i of shuffled(random)) {
      // By the same lines as at first, or without being told of each other.
      starting.push(cluster.start(i, isNamed && i > 0 ? [cluster.address(0)] : []));
      if (!isAtOnce) await sleep(random.below(400));
    }
    await Promise.all(starting);
    await cluster.expectWhole(entries);
  }
});

/** The servers in any order. */
function shuffled(random: Prng): number[] {
  const left = Array.from({ length: serverCount }, (_, i) => i);
  return Array.from(
    { length: serverCount },
    () => left.splice(random.below(left.length), 1)[0],
  );
}
