import { SeenEntries } from "../../app/kv/watch.ts";
import { watch } from "../../app/kv/watch.ts";
import type { EntryFormat } from "../../app/kv/session.ts";
import { Client, ConnectionError, FixedRouter } from "../../kvclient/mod.ts";
import { UsageError } from "../../app/cli/usage_error.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../deps.ts";
import { until } from "../support/until.ts";
import { freePorts } from "../support/ports.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

const timeoutMs = 10_000;

/** Calls `use` while a watch runs, and ends it afterwards. */
async function watching(
  server: string,
  prefix: string,
  use: (client: Client, console: FakeConsole) => Promise<void>,
  format: EntryFormat = "lines",
  terminal = false,
): Promise<void> {
  const client = new Client(new FixedRouter(server));
  const console = new FakeConsole({ terminal });
  const end = new AbortController();
  const done = watch({ client, console, format, signal: end.signal }, prefix, 10);
  try {
    await until("it watches", () => console.stderr.includes("Watching"), { timeoutMs });
    await use(client, console);
  } finally {
    end.abort();
    assertEquals(await done, 0);
    await client.close();
  }
}

Deno.test("kv watch prints what is new and what has changed, below its prefix alone", () =>
  withServer(async (server) => {
    const writer = new Client(new FixedRouter(server));
    await writer.put("w/old", "1");
    await watching(server, "w/", async (client, console) => {
      const printed = (text: string) =>
        until(text, () => console.stdout.endsWith(text), { timeoutMs });
      await client.put("other", "1");
      await client.put("w/new", "a\tb");
      await printed("new\tw/new\ta\tb\n");
      await client.put("w/old", "1"); // again the same: no change
      await client.put("w/old", "2");
      await printed("changed\tw/old\t2\n");
      await client.delete("w/old");
      await printed("deleted\tw/old\n");
      assertEquals(console.stdout, "new\tw/new\ta\tb\nchanged\tw/old\t2\ndeleted\tw/old\n");
      assertEquals(console.stderr, "Watching keys that begin with w/. Ctrl-C ends it.\n");
    });
    await writer.close();
  }));

Deno.test("kv watch prints JSON, and shows control characters on a terminal", () =>
  withServer(async (server) => {
    await watching(server, "", async (client, console) => {
      await client.put("k\x1b", "v\r");
      await until("it is printed", () => console.stdout !== "", { timeoutMs });
      assertEquals(console.stdout, '{"key":"k\\u001b","value":"v\\r","change":"new"}\n');
      await client.delete("k\x1b");
      const deleted = '{"key":"k\\u001b","change":"deleted"}\n';
      await until("it is printed", () => console.stdout.endsWith(deleted), { timeoutMs });
      await client.put("k\x1b", "v\r");
    }, "json");
    await watching(
      server,
      "k\x1b",
      async (client, console) => {
        await client.put("k\x1b", "\u202ev");
        await until("it is printed", () => console.stdout !== "", { timeoutMs });
        assertEquals(console.stdout, "changed\tk\\u{1b}\t\\u{202e}v\n");
        assertStringIncludes(console.stderr, "begin with k\\u{1b}. ");
      },
      "lines",
      true,
    );
  }));

Deno.test("kv watch says that its server is lost, and goes on when it is back", async () => {
  const startPort = freePorts(2);
  const start = () => Server.start({ startPort, queryActorCount: 1 });
  let server = await start();
  try {
    await watching(server.queryAddresses[0], "", async (client, console) => {
      await client.put("a", "1");
      await until("it is printed", () => console.stdout === "new\ta\t1\n", { timeoutMs });
      await server.close();
      await until("it is said", () => console.stderr.includes("asked until"), { timeoutMs });
      assertStringIncludes(console.stderr, `Cannot call Scan at ${server.queryAddresses[0]}`);
      server = await start();
      await until("it is said", () => console.stderr.includes("anew"), { timeoutMs });
      assertStringIncludes(console.stderr, "It answers again.\n1 key is gone");
      assertEquals(console.stderr.match(/asked until/g)?.length, 1);
      await client.put("a", "1");
      const all = "new\ta\t1\ndeleted\ta\nnew\ta\t1\n";
      await until("it is printed", () => console.stdout === all, { timeoutMs });
    });
  } finally {
    await server.close();
  }
});

Deno.test("kv watch ends at once when nobody answers at its beginning", async () => {
  const client = new Client(new FixedRouter(deadAddress()));
  const session = { client, console: new FakeConsole(), format: "lines" } as const;
  await assertRejects(() => watch(session, "", 10), ConnectionError);
  await client.close();
});

Deno.test("SeenEntries tells new from changed, and forgets what is gone", () => {
  const seen = new SeenEntries();
  assertEquals(seen.see(["a", "1"]), "new");
  assertEquals(seen.see(["b", "1"]), "new");
  assertEquals(seen.forgetGone(), []);
  assertEquals(seen.see(["a", "1"]), undefined);
  assertEquals(seen.forgetGone(), ["b"]);
  assertEquals(seen.see(["a", "2"]), "changed");
  assertEquals(seen.see(["b", "1"]), "new");
  assertEquals(seen.forgetGone(), []);
  // Bytes are told by what they are, and from the text that they would be.
  assertEquals(seen.see(["a", new Uint8Array([0x32])]), "changed");
  assertEquals(seen.see(["a", new Uint8Array([0x32])]), undefined);
  assertEquals(seen.see(["a", new Uint8Array([0x33])]), "changed");
});

Deno.test("SeenEntries remembers so many characters, and no more", () => {
  const seen = new SeenEntries(10);
  seen.see(["a", "123456789"]);
  seen.see(["a", "987654321"]);
  assertThrows(() => seen.see(["b", ""]), UsageError, "allowed are 10 characters");
  const other = new SeenEntries(20);
  for (let i = 0; i < 5; i++) {
    other.see([`a${i}`, "1234567"]);
    assertEquals(other.forgetGone(), i === 0 ? [] : [`a${i - 1}`]);
  }
});
