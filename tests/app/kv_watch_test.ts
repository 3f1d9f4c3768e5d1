import { SeenEntries } from "../../app/kv/seen_entries.ts";
import { watch } from "../../app/kv/watch.ts";
import type { EntryFormat } from "../../app/kv/session.ts";
import {
  Client,
  ConnectionError,
  FixedRouter,
  RpcError,
  type WatchOptions,
} from "../../kvclient/mod.ts";
import { UsageError } from "../../app/cli/usage_error.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../deps.ts";
import { until } from "../support/until.ts";
import { freePorts, rebinding } from "../support/ports.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** As a client is to whose server watches are unknown. */
class PollingClient extends Client {
  // deno-lint-ignore require-yield -- it fails before
  override async *watch(): AsyncGenerator<never> {
    await Promise.resolve();
    throw new RpcError("unknown_method", "Cannot call Watch");
  }
}

/** Calls `use` while a watch runs, and ends it afterwards. */
async function watching(
  server: string,
  prefix: string,
  use: (client: Client, console: FakeConsole) => Promise<void>,
  { format = "lines", terminal = false, initial = false, NewClient = Client }: {
    format?: EntryFormat;
    terminal?: boolean;
    initial?: boolean;
    NewClient?: typeof Client;
  } = {},
): Promise<void> {
  const client = new NewClient(new FixedRouter(server));
  const console = new FakeConsole({ terminal });
  const end = new AbortController();
  const done = watch({ client, console, format, signal: end.signal }, prefix, {
    intervalMs: 10,
    initial,
  });
  try {
    await until("it watches", () => console.stderr.includes("Watching"));
    await use(client, console);
  } finally {
    end.abort();
    assertEquals(await done, 0);
    await client.close();
  }
}

for (const NewClient of [Client, PollingClient]) {
  Deno.test(`kv watch prints what is new and what has changed, below its prefix (${NewClient.name})`, () =>
    withServer(async (server) => {
      const writer = new Client(new FixedRouter(server));
      await writer.put("w/old", "1");
      const use = async (client: Client, console: FakeConsole) => {
        const printed = (text: string) => until(text, () => console.stdout.endsWith(text));
        await client.put("other", "1");
        await client.put("w/new", "a\tb");
        await printed("new\tw/new\ta\tb\n");
        await client.put("w/old", "1"); // again the same: no change
        await client.put("w/old", "2");
        await printed("changed\tw/old\t2\n");
        await client.delete("w/old");
        await printed("deleted\tw/old\n");
        await client.put("w/old", "1");
        await printed("new\tw/old\t1\n");
        assertEquals(console.stderr, "Watching keys that begin with w/. Ctrl-C ends it.\n");
      };
      const changes = "new\tw/new\ta\tb\nchanged\tw/old\t2\ndeleted\tw/old\nnew\tw/old\t1\n";
      await watching(server, "w/", async (client, console) => {
        await use(client, console);
        assertEquals(console.stdout, changes);
      }, { NewClient });
      await writer.delete("w/new");
      await watching(server, "w/", async (client, console) => {
        await use(client, console);
        assertEquals(console.stdout, `initial\tw/old\t1\n${changes}`);
      }, { NewClient, initial: true });
      await writer.close();
    }));
}

Deno.test("kv watch prints JSON, and shows control characters on a terminal", () =>
  withServer(async (server) => {
    await watching(server, "", async (client, console) => {
      await client.put("k\x1b", "v\r");
      await until("it is printed", () => console.stdout !== "");
      assertEquals(console.stdout, '{"key":"k\\u001b","value":"v\\r","change":"new"}\n');
      await client.delete("k\x1b");
      const deleted = '{"key":"k\\u001b","change":"deleted"}\n';
      await until("it is printed", () => console.stdout.endsWith(deleted));
      await client.put("k\x1b", "v\r");
    }, { format: "json" });
    await watching(server, "k\x1b", async (_client, console) => {
      await until("it is printed", () => console.stdout !== "");
      assertEquals(console.stdout, '{"key":"k\\u001b","value":"v\\r","change":"initial"}\n');
    }, { format: "json", initial: true });
    await watching(
      server,
      "k\x1b",
      async (client, console) => {
        await client.put("k\x1b", "\u202ev");
        await until("it is printed", () => console.stdout !== "");
        assertEquals(console.stdout, "changed\tk\\u{1b}\t\\u{202e}v\n");
        assertStringIncludes(console.stderr, "begin with k\\u{1b}. ");
      },
      { terminal: true },
    );
  }));

/** Watches a server that has the key `a`, is lost, and comes back without it; then calls `use`. */
async function watchingRestarted(
  NewClient: typeof Client,
  use: (client: Client, console: FakeConsole, address: string) => Promise<void>,
): Promise<void> {
  const startPort = freePorts(2);
  const start = () => Server.start({ startPort, queryActorCount: 1 });
  let server = await start();
  try {
    const [address] = server.queryAddresses;
    await watching(address, "", async (client, console) => {
      await client.put("a", "1");
      await until("it is printed", () => console.stdout === "new\ta\t1\n");
      await server.close();
      await until("it is said", () => console.stderr.includes("asked until"));
      server = await rebinding(start);
      await until("it is said", () => console.stderr.includes("A server answers again.\n"));
      await use(client, console, address);
    }, { NewClient });
  } finally {
    await server.close();
  }
}

Deno.test("kv watch says that its server is lost, and goes on when it is back", () =>
  watchingRestarted(Client, async (client, console, address) => {
    assertStringIncludes(console.stderr, `Cannot watch at ${address}`);
    // It could still come from another server, so it is not said at once that it is gone.
    await until("it is printed", () => console.stdout.endsWith("deleted\ta\n"));
    assertEquals(console.stderr.match(/asked until/g)?.length, 1);
    await client.put("a", "1");
    const all = "new\ta\t1\ndeleted\ta\nnew\ta\t1\n";
    await until("it is printed", () => console.stdout === all);
  }));

/** As a client is whose server is lost, and back, before it has told all that was there. */
class InterruptedClient extends Client {
  override async *watch(_prefix: string, { onState }: WatchOptions = {}): AsyncGenerator<never> {
    const told = (key: string, value: string) => ({ key, value, version: new Uint8Array() });
    yield* [told("a", "1"), told("b", "1")] as never[];
    onState?.({ type: "lost", error: new Error("Cannot watch: the connection was lost") });
    yield* [told("a", "2"), told("c", "1")] as never[];
    onState?.({ type: "watching" });
    yield* [told("b", "2")] as never[];
    throw await new Promise(() => {});
  }
}

Deno.test("kv watch --initial says what has changed while all that was there was told", async () => {
  await using client = new InterruptedClient(deadAddress());
  const console = new FakeConsole();
  void watch({ client, console, format: "lines" }, "", { intervalMs: 10, initial: true });
  await until("all is told", () => console.stdout.includes("b\t2"));
  const lines = [
    "initial\ta\t1",
    "initial\tb\t1",
    "changed\ta\t2",
    "initial\tc\t1",
    "changed\tb\t2",
  ];
  assertEquals(console.stdout, lines.map((line) => `${line}\n`).join(""));
});

Deno.test("kv watch polls a server without watches, and goes on when it is back", () =>
  watchingRestarted(PollingClient, async (_client, console) => {
    await until("it is said", () => console.stderr.includes("anew"));
    assertStringIncludes(console.stderr, "A server answers again.\n1 key is gone");
  }));

Deno.test("kv watch ends at once when nobody answers at its beginning", async () => {
  const client = new Client(new FixedRouter(deadAddress()));
  const session = { client, console: new FakeConsole(), format: "lines" } as const;
  await assertRejects(() => watch(session, "", { intervalMs: 10 }), ConnectionError);
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

Deno.test("SeenEntries forgets a key that is deleted", () => {
  const seen = new SeenEntries(5);
  seen.see(["a", "1234"]);
  assertEquals([seen.forget("a"), seen.forget("a")], [true, false]);
  assertEquals(seen.see(["b", "1234"]), "new");
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
