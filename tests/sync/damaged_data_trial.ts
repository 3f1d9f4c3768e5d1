import { DatabaseSync } from "node:sqlite";
import { Client } from "../../kvclient/mod.ts";
import { DataDirectoryError, Server } from "../../kvserver/mod.ts";
import { EntryChecksums } from "../../kvserver/entry/checksum.ts";
import { segmentsIn } from "../../kvserver/disk/log_segment.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { crashed, dataWriter } from "../support/disk/data_files.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { lineLogger } from "../support/memory_log.ts";
import { until } from "../support/until.ts";
import { Proxy } from "./proxy.ts";
import { WireTap } from "./wire_tap.ts";

// What is in one server's data directory is changed while that server is down.

const keys = Array.from({ length: 300 }, (_, i) => `key ${1_000 + i}`);

/** Two servers with data directories, over a network that can be cut. The second is changed. */
class Pair implements AsyncDisposable {
  readonly directories = [new TempDirectory(), new TempDirectory()];
  readonly logged: string[][] = [[], []];
  #ways = [new Proxy(), new Proxy()];
  #servers: Server[] = [];

  static async start(): Promise<Pair> {
    const pair = new Pair();
    await pair.startServer(0);
    await pair.startServer(1, [pair.#ways[0].address]);
    await pair.server(1).synced();
    await pair.ask(
      0,
      (client) => Promise.all(keys.map((key) => client.put(key, `value of ${key}`))),
    );
    await pair.ask(1, (client) => client.delete(keys[7]));
    await pair.untilEqual();
    return pair;
  }

  server(i: number): Server {
    return this.#servers[i];
  }

  async startServer(i: number, join: readonly string[] = []): Promise<void> {
    const transport = new WireTap();
    this.#servers[i] = await Server.start({
      startPort: 0,
      queryActorCount: 2,
      transport,
      advertise: this.#ways[i].address,
      dataDir: this.directories[i].path,
      join,
      log: lineLogger((line) => this.logged[i].push(line)),
    });
    this.#ways[i].target = transport.listening[0];
  }

  /** Stops the second server, in order. @returns the path of its data directory, all of it in the file. */
  async stop(): Promise<string> {
    await this.#servers[1].close();
    const { path } = this.directories[1];
    const writer = dataWriter(path);
    while (!writer.foldOn(Infinity));
    writer.close();
    return path;
  }

  cut(): void {
    for (const way of this.#ways) way.cut();
  }

  mend(): void {
    for (const way of this.#ways) way.mend();
  }

  async ask<T>(i: number, use: (client: Client) => Promise<T>): Promise<T> {
    await using client = new Client([...this.#servers[i].queryAddresses]);
    return await use(client);
  }

  check(...options: string[]) {
    const named = this.#servers.map(({ queryAddresses }) => queryAddresses[0]);
    return runCmud(["check", "--server", named.join(), ...options]);
  }

  /** Resolves when `cmud check` finds all replicas equal. */
  async untilEqual(): Promise<void> {
    const { code, stdout } = await this.check("--wait", "10s");
    assertEquals(code, 0, stdout);
  }

  /** The keys that differ, as `cmud check` says. */
  async differing(): Promise<string[]> {
    const { code, stdout } = await this.check("--json");
    assertEquals(code, 1);
    return JSON.parse(stdout).keys.map(({ key }: { key: string }) => key);
  }

  /** Starts the second server again while it is cut off, and lets both come together. @returns what differed. */
  async rejoin(): Promise<string[]> {
    this.cut();
    await this.startServer(1);
    const differing = await this.differing();
    this.mend();
    await this.untilEqual();
    return differing;
  }

  /** How many entries comparisons had to bring to both. */
  get repairs(): number {
    return this.#servers.reduce((sum, server) => sum + server.stats().repairs, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#servers.map((server) => server.close()));
    await Promise.all(this.#ways.map((way) => way[Symbol.asyncDispose]()));
    for (const directory of this.directories) directory[Symbol.dispose]();
  }
}

/** Changes the file of a directory. */
function edit(path: string, change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(`${path}/cmud.db`);
  try {
    change(database);
  } finally {
    database.close();
  }
}

/** Gives a key another value, as if it had been written so: nothing in the directory tells. */
function forge(path: string, key: string, value: string): void {
  edit(path, (database) => {
    const [row] = database.prepare(`
      SELECT key, timestamp, sequence, checksum, uid, counter, expiresAt FROM entry, actor
      WHERE actor = number AND key = ?
    `).all(new TextEncoder().encode(key)) as unknown as ForgedRow[];
    const bytes = new TextEncoder().encode(value);
    const checksum = new EntryChecksums().ofParts({
      ...row,
      value: bytes,
      isBin: false,
      counter: row.counter ?? 0,
      expiresAt: row.expiresAt ?? 0,
    });
    database.prepare("UPDATE entry SET value = ?, checksum = ? WHERE key = ?")
      .run(bytes, checksum, row.key);
    const manifest = database.prepare("SELECT checksum FROM manifest").get() as {
      checksum: number;
    };
    database.prepare("UPDATE manifest SET checksum = ?")
      .run((manifest.checksum ^ row.checksum ^ checksum) >>> 0);
  });
}

interface ForgedRow {
  key: Uint8Array;
  timestamp: number;
  sequence: number;
  checksum: number;
  uid: string;
  counter: number | null;
  expiresAt: number | null;
}

/** Flips bits of a file, wherever `text` stands in it. @param at of its byte, or of the page that it is on */
function flip(path: string, text: string, at: "text" | "page" = "text"): void {
  const file = `${path}/cmud.db`;
  const bytes = Deno.readFileSync(file);
  const chars = charsOf(bytes);
  const places = new Set<number>();
  for (let i = chars.indexOf(text); i >= 0; i = chars.indexOf(text, i + 1)) {
    places.add(at === "page" ? i - i % pageBytes : i + text.length - 1);
  }
  assert(places.size > 0);
  for (const place of places) bytes[place] ^= 0x55;
  Deno.writeFileSync(file, bytes);
}

const pageBytes = 4_096;

Deno.test("of an entry that was changed on one server's disk the greater value is everywhere, and that is said", async () => {
  await using pair = await Pair.start();
  const path = await pair.stop();
  forge(path, keys[3], "zzz greater");
  forge(path, keys[4], "a smaller one");
  assertEquals(await pair.rejoin(), [keys[3], keys[4]]);
  for (const i of [0, 1]) {
    assertEquals(await pair.ask(i, (client) => client.get(keys[3])), "zzz greater");
    assertEquals(await pair.ask(i, (client) => client.get(keys[4])), `value of ${keys[4]}`);
  }
  const said = pair.logged.flat().filter((line) => line.includes("the greater won"));
  assert(said.some((line) => line.includes(keys[3])), pair.logged.flat().join("\n"));
  assert(said.some((line) => line.includes(keys[4])));
  assert(pair.repairs >= 2, `${pair.repairs} repairs`);
});

Deno.test("what the cut off tail of a log held comes back from the other server", async () => {
  await using pair = await Pair.start();
  const path = await pair.stop();
  await pair.startServer(1);
  await pair.untilEqual();
  // One record each, the second server's own ones too.
  for (const [i, key] of ["late 1", "late 2", "late 3", "late 4"].entries()) {
    await pair.ask(i % 2, (client) => client.put(key, "late"));
    await pair.untilEqual();
  }
  await pair.ask(0, (client) => client.delete(keys[9]));
  await pair.untilEqual();
  await pair.server(1).close();
  crashed(path, segmentsIn(path).at(-1)!, 450);
  const differing = await pair.rejoin();
  assert(differing.includes(keys[9]) && differing.includes("late 4"), `${differing}`);
  assert(differing.length < 8, `${differing}`);
  // The tombstone of the deleted key may be gone by now: then the key is dropped, and not repaired.
  assert(pair.server(1).stats().repairs >= differing.length - 1);
  assertEquals(await pair.ask(1, (client) => client.get(keys[9])), undefined);
});

Deno.test("an old copy of a data directory that is put back comes to hold what the others hold", async () => {
  await using pair = await Pair.start();
  const path = await pair.stop();
  const old = pair.directories[1].files();
  await pair.startServer(1);
  await pair.untilEqual();
  await pair.ask(0, (client) => client.put("new of 0", "1"));
  await pair.ask(1, (client) => client.put("new of 1", "1"));
  await pair.ask(1, (client) => client.put(keys[1], "changed"));
  await pair.ask(0, (client) => client.delete(keys[2]));
  await pair.untilEqual();
  await pair.server(1).close();
  for (const { name } of [...Deno.readDirSync(path)]) Deno.removeSync(`${path}/${name}`);
  for (const [name, bytes] of old) Deno.writeFileSync(`${path}/${name}`, bytes);
  const differing = await pair.rejoin();
  assertEquals(differing.sort(), [keys[1], keys[2], "new of 0", "new of 1"]);
  assert(pair.server(1).stats().repairs >= 4);
  assertEquals(await pair.ask(0, (client) => client.get(keys[2])), undefined);
  assertEquals(await pair.ask(0, (client) => client.get(keys[1])), "changed");
});

Deno.test("a row that does not match its checksum is not served: it is told, counted, and fetched", async () => {
  await using pair = await Pair.start();
  const path = await pair.stop();
  flip(path, `value of ${keys[5]}`);
  // This one was deleted.
  flip(path, keys[7]);
  await pair.startServer(1);
  const value = await pair.ask(1, (client) => client.get(keys[5]));
  assert(value === undefined || value === `value of ${keys[5]}`, `${value}`);
  await pair.untilEqual();
  assertEquals(await pair.ask(1, (client) => client.get(keys[5])), `value of ${keys[5]}`);
  assertEquals(await pair.ask(1, (client) => client.get(keys[7])), undefined);
  const { diskFaults, repairs } = pair.server(1).stats();
  assertEquals(repairs, 2);
  assert(diskFaults >= 2);
  const said = pair.logged[1].filter((line) => /damaged/i.test(line));
  assertMatch(said[0], new RegExp(`was damaged, and is mended: .* Faults: ${diskFaults}$`));
  const fault = `"${keys[5]}": it does not match its checksum`;
  assert(said.some((line) => line.includes(fault)), said.join("\n"));
  // It is sound from now on, and holds what was fetched.
  await pair.stop();
  pair.cut();
  await pair.startServer(1);
  assertEquals(pair.server(1).stats().diskFaults, 0);
  assertEquals(await pair.ask(1, (client) => client.get(keys[5])), `value of ${keys[5]}`);
});

for (
  const [where, text, at] of [
    ["where a page has its head", keys[150], "page"],
    ["where all pages have their heads", "key 1", "page"],
    ["where its tables are defined", "CREATE TABLE", "text"],
  ] as const
) {
  Deno.test(`a server whose cmud.db was overwritten ${where} is mended by another one`, async () => {
    await using pair = await Pair.start();
    const path = await pair.stop();
    flip(path, text, at);
    // Whom it knew may be damaged too.
    await pair.startServer(1, [pair.server(0).address]);
    await pair.untilEqual();
    assertEquals(await pair.ask(1, (client) => client.count("")), keys.length - 1);
    assert(pair.server(1).stats().diskFaults > 0);
  });
}

Deno.test("a damaged data directory is refused when nobody else is there, and salvaged", async () => {
  await using pair = await Pair.start();
  const path = await pair.stop();
  edit(path, (database) => {
    database.prepare("UPDATE entry SET sequence = 9 WHERE key = ?")
      .run(new TextEncoder().encode(keys[5]));
  });
  const before = pair.directories[1].files();
  pair.cut();
  const error = await assertRejects(() => pair.startServer(1), DataDirectoryError);
  assertMatch(error.message, /it is damaged \(cmud.db: the row of the key .*repair/);
  assertEquals(pair.directories[1].files().get("cmud.db"), before.get("cmud.db"));
  using mended = new TempDirectory();
  assertEquals((await runCmud(["data", "repair", path, mended.path])).code, 0);
  pair.mend();
  // Now that the other one is there, it is not.
  await until("it starts", async () => {
    try {
      await pair.startServer(1);
      return true;
    } catch {
      return false;
    }
  });
  await pair.untilEqual();
});
