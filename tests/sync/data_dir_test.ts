import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { DataDirectoryInUseError, Server, type ServerOptions } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertRejects } from "../deps.ts";
import { heldIn } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { freePorts, rebinding, tryListen } from "../support/ports.ts";
import { Cluster } from "./cluster.ts";
import { until } from "../support/until.ts";

for (const threads of [1, 2]) {
  for (const durability of ["relaxed", "strict"] as const) {
    Deno.test(`a server with ${threads} threads, ${durability}, keeps its data over a restart`, async () => {
      using directory = new TempDirectory();
      const options: ServerOptions = {
        queryActorCount: 3,
        threads,
        dataDir: directory.path,
        durability,
      };
      const expected = new Map<string, string>();
      {
        await using cluster = await Cluster.start(1, options);
        const [clients] = cluster.clients;
        await Promise.all(Array.from({ length: 300 }, (_, i) => {
          expected.set(`key ${i}`, `value ${i}`);
          return clients[i % 3].put(`key ${i}`, `value ${i}`);
        }));
      }
      const before = heldIn(directory.path);
      {
        await using cluster = await Cluster.start(1, options);
        assertEquals(cluster.servers[0].stats().ready, true);
        // Every replica has all of it from the start.
        for (const list of await cluster.lists()) assertEquals(list, expected);
        await cluster.clients[0][2].put("key 7", "changed");
        assertEquals(await cluster.clients[0][1].delete("key 8"), true);
        assertEquals(await cluster.clients[0][1].delete("key 8"), false);
      }
      const after = heldIn(directory.path);
      assertEquals(after.size, 300);
      assertEquals(after.get("key 8")!.value, null);
      {
        await using cluster = await Cluster.start(1, options);
        // What was deleted stays deleted, on every replica.
        for (const list of await cluster.lists()) {
          assertEquals([list.size, list.get("key 7"), list.has("key 8")], [299, "changed", false]);
        }
      }
      for (const [key, entry] of before) {
        if (key === "key 7" || key === "key 8") assert(after.get(key)!.timestamp > entry.timestamp);
        else assertEquals(after.get(key), entry);
      }
    });
  }
}

Deno.test("a server that is closed right after it has answered Puts keeps them", async () => {
  using directory = new TempDirectory();
  const server = await Server.start({ startPort: 0, queryActorCount: 1, dataDir: directory.path });
  const client = new Client(new FixedRouter(server.queryAddresses[0]));
  // The first goes to the disk at once, the others some time later.
  for (const key of ["a", "b", "c"]) await client.put(key, "1");
  await Promise.all([client.close(), server.close()]);
  assertEquals([...heldIn(directory.path).keys()].sort(), ["a", "b", "c"]);
});

Deno.test("a cluster that starts again finds together by itself, and lacks nothing", async () => {
  using directories = new DisposableStack();
  const startPort = freePorts(4);
  const options = [0, 1].map((i): ServerOptions => ({
    startPort: startPort + 2 * i,
    dataDir: directories.use(new TempDirectory()).path,
  }));
  const expected = new Map([["by a", "1"], ["by b", "2"]]);
  {
    await using cluster = await Cluster.start(2, (i) => options[i]);
    await cluster.ready();
    const [[a], [b]] = cluster.clients;
    await Promise.all([a.put("by a", "1"), b.put("by b", "2")]);
    await cluster.converge(expected, { prefix: "by " });
  }
  {
    // Nobody is told of anybody: the first that starts finds nobody yet.
    await using cluster = await Cluster.start(2, (i) => ({ ...options[i], remoteDescs: [] }));
    const [[a], [b]] = cluster.clients;
    for (const list of await cluster.lists("by ")) assertEquals(list, expected);
    await Promise.all([a.put("by a, again", "3"), b.put("by b, again", "4")]);
    expected.set("by a, again", "3").set("by b, again", "4");
    await cluster.converge(expected, { prefix: "by " });
    await until("all are ready", () => cluster.servers.every((server) => server.stats().ready));
  }
});

Deno.test("a server that starts again gets what it missed, and gives what only it had", async () => {
  using directory = new TempDirectory();
  const startPort = freePorts(2);
  await using cluster = await Cluster.start(1);
  const kept: ServerOptions = { startPort, dataDir: directory.path };
  const first = await cluster.add(kept);
  await cluster.ready();
  await cluster.remove(first);
  // Alone: what it takes now, only its disk has.
  const lone = await Server.start({ ...kept, startPort: 0, queryActorCount: 1, remoteDescs: [] });
  const client = new Client(new FixedRouter(lone.queryAddresses[0]));
  const join = cluster.servers[0];
  await client.put("only here", "1");
  await client.close();
  await lone.close();
  await cluster.clients[0][0].put("missed", "2");
  const again = await rebinding(() => cluster.add({ ...kept, remoteDescs: [] }));
  await until("it is ready", () => again.stats().ready);
  await cluster.agree();
  const [list] = await cluster.lists();
  assertEquals([list.get("only here"), list.get("missed")], ["1", "2"]);
  assert(join.stats().ready);
});

Deno.test("Server.start() fails when another server has the data directory, and leaves it alone", async () => {
  using directory = new TempDirectory();
  await using _cluster = await Cluster.start(1, { dataDir: directory.path });
  const startPort = freePorts(2);
  const start = () => Server.start({ startPort, queryActorCount: 1, dataDir: directory.path });
  const error = await assertRejects(start, DataDirectoryInUseError);
  assertEquals(error.owner?.queryAddresses, _cluster.servers[0].queryAddresses);
  tryListen(startPort)!.close();
});

Deno.test("Server.start() lets go of the data directory when a port is taken", async () => {
  using directory = new TempDirectory();
  const startPort = freePorts(2);
  const listener = tryListen(startPort + 1)!;
  const start = () => Server.start({ startPort, queryActorCount: 1, dataDir: directory.path });
  await assertRejects(start, Error, "Cannot listen");
  listener.close();
  const server = await rebinding(start);
  await server.close();
});
