import { Client, ConnectionError, FixedRouter } from "../../kvclient/mod.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
} from "../deps.ts";
import { heldIn } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { TinyDisk } from "../support/disk/tiny_disk.ts";
import { testUnless } from "../support/needs.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { until } from "../support/until.ts";
import { cmudProcess, startServerProcess } from "../support/app/cmud_process.ts";

/** Runs `use` with a client of the server at an address. */
async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(new FixedRouter(address));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** What the system port at an address says of its server's disk. */
async function diskOf(address: string): Promise<unknown> {
  using socket = await RawSocket.connect(address);
  return (await socket.ask("Stats") as { disk: unknown }).disk;
}

Deno.test("cmud server --data-dir keeps over SIGHUP what was put a moment before", async () => {
  using directory = new TempDirectory();
  const args = ["--data-dir", directory.path];
  const first = await startServerProcess(args);
  await withClient(first.ready.queryAddresses[0], (client) => client.put("k", "v"));
  assertEquals(await first.end("SIGHUP"), 0);
  const second = await startServerProcess(args);
  await withClient(second.ready.queryAddresses[0], async (client) => {
    assertEquals(await client.get("k"), "v");
  });
  assertEquals(await second.end("SIGTERM"), 0);
});

Deno.test("cmud server --data-dir keeps what was put over SIGTERM, for one process at a time", async () => {
  using directory = new TempDirectory();
  const args = ["--data-dir", directory.path];
  const first = await startServerProcess(args);
  await withClient(first.ready.queryAddresses[0], async (client) => {
    await Promise.all(Array.from({ length: 200 }, (_, i) => client.put(`key ${i}`, `${i}`)));
  });
  // A second one names the first, and touches nothing.
  const { code, stdout, stderr } = await cmudProcess(["server", "--port", "0", ...args]);
  assertEquals([code, stdout], [70, ""]);
  assertStringIncludes(stderr, `process ${first.child.pid} uses it`);
  assertEquals(await first.end("SIGTERM"), 0);
  const second = await startServerProcess([...args, "--durability", "strict"]);
  await withClient(second.ready.queryAddresses[0], async (client) => {
    assertEquals((await client.list("key ")).size, 200);
  });
  assertEquals(await second.end("SIGTERM"), 0);
});

Deno.test("cmud server refuses durability without a directory, and an unknown one", async () => {
  const cases = [["--durability", "strict"], ["--durability", "lax", "--data-dir", "/nowhere"]];
  for (const args of cases) {
    const { code, stdout, stderr } = await cmudProcess(["server", "--port", "0", ...args]);
    assertEquals([code, stdout], [64, ""]);
    assertMatch(stderr, /^cmud: /);
  }
});

testUnless(
  TinyDisk.lacking,
  "cmud server refuses a directory that cannot be written, and leaves it as it is",
  async () => {
    using disk = new TinyDisk(4);
    const server = await startServerProcess(["--data-dir", `${disk.path}/data`]);
    assertEquals(await server.end("SIGTERM"), 0);
    disk.remount("ro");
    for (const path of [`${disk.path}/data`, `${disk.path}/new`]) {
      const args = ["server", "--port", "0", "--data-dir", path];
      const { code, stdout, stderr } = await cmudProcess(args);
      assertEquals([code, stdout], [70, ""]);
      assertMatch(
        stderr,
        /^cmud: Cannot use the data directory .*\(.*(read-?only|Read-only).*\)\n$/,
      );
    }
  },
);

for (const durability of ["relaxed", "strict"]) {
  testUnless(
    TinyDisk.lacking,
    `cmud server, ${durability}, refuses Puts while its disk is full, and recovers by itself`,
    async () => {
      using disk = new TinyDisk(6);
      const args = ["--data-dir", `${disk.path}/data`, "--durability", durability];
      const server = await startServerProcess(args);
      let count = 0;
      await withClient(server.ready.queryAddresses[0], async (client) => {
        await client.put("before", "1");
        disk.fill();
        let refused: unknown;
        await until("a Put is refused", async () => {
          try {
            await client.put(`meanwhile ${count}`, "x".repeat(10_000));
            count++;
          } catch (error) {
            refused = error;
          }
          return refused !== undefined;
        });
        assertMatch(String(refused), /Cannot Put: (?!.*os error).*No space left/);
        assertEquals(await client.get("before"), "1");
        disk.empty();
        await until("a Put is taken", async () => {
          return await client.put("after", "2").then(() => true, () => false);
        });
      });
      assertEquals(await server.end("SIGTERM"), 0);
      const again = await startServerProcess(args);
      await withClient(again.ready.queryAddresses[0], async (client) => {
        const list = await client.list("");
        assertEquals([list.get("before"), list.get("after")], ["1", "2"]);
        // What was answered before the disk was known to be full was written later.
        for (let i = 0; i < count; i++) assert(list.has(`meanwhile ${i}`), `${i} of ${count}`);
      });
      assertEquals(await again.end("SIGTERM"), 0);
    },
  );
}

Deno.test("cmud server refuses Puts while its data directory is away, and ends with 70 without it", async () => {
  using directory = new TempDirectory();
  const [path, aside] = [`${directory.path}/data`, `${directory.path}/aside`];
  const server = await startServerProcess(["--data-dir", path]);
  await withClient(server.ready.queryAddresses[0], async (client) => {
    await client.put("before", "1");
    await until("it is on disk", () => heldIn(path).has("before"));
    Deno.renameSync(path, aside);
    let refused: unknown;
    await until("a Put is refused", async () => {
      await client.put("meanwhile", "2").catch((error) => refused = error);
      return refused !== undefined;
    });
    assertMatch(
      String(refused),
      /Cannot Put: .*its lock is gone: .* else save what the server holds with .*export/,
    );
    assertEquals(await client.get("before"), "1");
    assertEquals((await client.stats()).disk, "refusing");
    assertEquals(await diskOf(server.ready.address), "refusing");
    Deno.renameSync(aside, path);
    await until("a Put is taken", async () => {
      return await client.put("after", "3").then(() => true, () => false);
    });
    assertEquals((await client.stats()).disk, "ok");
    assertEquals(await diskOf(server.ready.address), "ok");
  });
  await until("it is on disk", () => heldIn(path).has("after"));
  Deno.renameSync(path, aside);
  const { code, stderr } = await server.stop();
  assertEquals(code, 70);
  const said = stderr.trimEnd().split("\n");
  assertMatch(
    said[0],
    /^\S+ error Cannot write to .*\/data: its lock is gone: .*; Puts are refused until/,
  );
  assertMatch(said[1], / info {2}.*\/data can be written again$/);
  assertMatch(said.at(-1)!, /^cmud: Cannot use the data directory .*\/data: its lock is gone: /);
  assertEquals([...heldIn(aside).keys()].sort(), ["after", "before", "meanwhile"]);
});

Deno.test("cmud server that is stopped and cannot write says how much is lost, and ends with 70", async () => {
  using directory = new TempDirectory();
  const path = `${directory.path}/data`;
  const server = await startServerProcess(["--data-dir", path]);
  let answered = 0;
  await withClient(server.ready.queryAddresses[0], async (client) => {
    await client.put("before", "1");
    await until("it is on disk", () => heldIn(path).has("before"));
    Deno.renameSync(path, `${directory.path}/aside`);
    // What is answered before the disk has refused anything is not on disk, and cannot be.
    const puts = Array.from({ length: 50 }, (_, i) => client.put(`key ${i}`, "value"));
    for (const { status } of await Promise.allSettled(puts)) {
      if (status === "fulfilled") answered++;
    }
  });
  assert(answered > 0);
  const { code, stderr } = await server.stop();
  assertEquals(code, 70);
  const lost = /: (\d+) writes? that (?:was|were) accepted (?:is|are) not on disk: /.exec(stderr);
  assertEquals(Number(lost?.[1]), answered, stderr);
});

Deno.test("cmud server that is stopped while it takes Puts leaves them to its disk and to its peers", async () => {
  using directory = new TempDirectory();
  const other = await startServerProcess();
  const server = await startServerProcess([
    ...["--data-dir", directory.path],
    ...["--join", other.ready.address],
  ]);
  const answered: string[] = [];
  await withClient(server.ready.queryAddresses[0], async (client) => {
    const putting = Promise.allSettled(Array.from({ length: 50 }, async (_, i) => {
      for (let n = 0;; n++) {
        await client.put(`key ${i} ${n}`, "value");
        answered.push(`key ${i} ${n}`);
      }
    }));
    await until("there is something to leave", () => answered.length > 5_000);
    assertEquals(await server.end("SIGTERM"), 0);
    for (const end of await putting) {
      assertInstanceOf((end as PromiseRejectedResult).reason, ConnectionError);
    }
  });
  const held = heldIn(directory.path);
  assertEquals(answered.filter((key) => !held.has(key)), []);
  await withClient(other.ready.queryAddresses[0], async (client) => {
    const there = new Map(await Array.fromAsync(client.scan("key ")));
    assertEquals(answered.filter((key) => !there.has(key)), []);
  });
  assertEquals(await other.end("SIGTERM"), 0);
});
