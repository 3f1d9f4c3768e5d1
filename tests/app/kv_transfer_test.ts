import { runCommandLine } from "../../app/mod.ts";
import { BrokenPipeError } from "../../app/cli/console.ts";
import { importEntries } from "../../app/kv/import.ts";
import { Client, ConnectionError, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { appLimits } from "../../limits.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "../deps.ts";
import { until } from "../support/until.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

const bytesOf = (text: string) => [new TextEncoder().encode(text)];
const lineOf = (key: string, value: string) => `${JSON.stringify({ key, value })}\n`;

/** Imports `text` from stdin. */
function importText(server: string, text: string, ...args: string[]) {
  return runCmud(["kv", "import", "--server", server, ...args], { bytes: bytesOf(text) });
}

Deno.test("kv export and import carry every text from one store to another", () =>
  withServer((from) =>
    withServer(async (to) => {
      const texts = ["", "plain", "__proto__", "\0\x1b\r\n\t", "\u2028\u202e\u0085", "\u{1f600}"];
      const client = new Client(new FixedRouter(from));
      for (const key of texts) for (const value of texts) await client.put(key + value, value);
      await client.close();
      const exported = await runCmud(["kv", "export", "--server", from]);
      assertEquals({ code: exported.code, stderr: exported.stderr }, { code: 0, stderr: "" });
      const imported = await importText(to, exported.stdout);
      const count = exported.stdout.split("\n").length - 1;
      assertEquals(imported, { code: 0, stdout: "", stderr: `Put ${count} entries\n` });
      const listed = async (server: string) =>
        (await runCmud(["kv", "list", "--json", "--server", server])).stdout;
      assertEquals(await listed(to), await listed(from));
      const below = await runCmud(["kv", "export", "pla", "--server", to]);
      assertEquals(below.stdout.trim().split("\n").length, 6);
    })
  ));

Deno.test("kv import --merge restores what was exported, to the byte, and beats nothing that is later", () =>
  withServer((from) =>
    withServer(async (to) => {
      const client = new Client(new FixedRouter(from));
      const longMs = 100 * 366 * 24 * 3_600_000;
      await client.put("bytes", new Uint8Array([0xff, 0, 10]));
      await client.put("empty bytes", new Uint8Array());
      await client.put("expires", "later", { ttlMs: longMs });
      await client.put("text", "plain");
      const { stdout: exported } = await runCmud(["kv", "export", "--server", from]);
      assertStringIncludes(exported, '{"key":"bytes","base64":"/wAK","order":[');
      assertStringIncludes(exported, '{"key":"empty bytes","base64":"","order":[');
      assertMatch(exported, /"value":"later","expiresAt":\d+,"order":\[\d+,0,"127\.0\.0\.1:/);
      const merged = (summary: string) => ({ code: 0, stdout: "", stderr: `${summary}\n` });
      assertEquals(await importText(to, exported, "--merge"), merged("Merged 4 entries"));
      assertEquals((await runCmud(["kv", "export", "--server", to])).stdout, exported);
      assertEquals(
        await importText(to, exported, "--merge"),
        merged("Merged 4 entries; 4 of them changed nothing"),
      );
      await client.put("text", "newer");
      await client.delete("bytes");
      assertEquals((await importText(from, exported, "--merge")).code, 0);
      assertEquals(await client.get("text"), "newer");
      assertEquals(await client.get("bytes"), undefined);
      // Without it, all of it is written anew, with the time that is left.
      assertEquals((await importText(from, exported)).code, 0);
      assertEquals(await client.get("text"), "plain");
      assertEquals(await client.get("bytes"), new Uint8Array([0xff, 0, 10]));
      const ttlMs = await client.ttl("expires");
      assert(ttlMs > longMs - 60_000 && ttlMs <= longMs, `${ttlMs}`);
      await client.close();
    })
  ));

Deno.test("kv import leaves out what has expired, and lines whose extras are wrong", () =>
  withServer(async (server) => {
    const order = '"order":[1,2,"a:1/00/1"]';
    const wrong = [
      '{"key":"k","base64":"A"}',
      '{"key":"k","base64":"!!!!"}',
      '{"key":"k","base64":7}',
      '{"key":"k","value":"v","base64":"AAAA"}',
      '{"key":"k","value":"v","expiresAt":0}',
      '{"key":"k","value":"v","expiresAt":"soon"}',
      '{"key":"k","value":"v","order":[1,2]}',
      '{"key":"k","value":"v","order":[1,-2,"a:1/00/1"]}',
    ];
    const { code, stderr } = await importText(
      server,
      [...wrong, `{"key":"past","value":"v","expiresAt":5,${order}}`, lineOf("a", "1")].join("\n"),
    );
    assertEquals(code, 64);
    assertStringIncludes(stderr, "Put 1 entry; 1 had expired; 8 lines left out\n");
    const unordered = await importText(server, lineOf("b", "1"), "--merge");
    assertEquals(unordered.code, 64);
    assertStringIncludes(unordered.stderr, "Line 1: Cannot merge it: found no order");
    const far = await importText(
      server,
      '{"key":"b","value":"1","order":[9000000000000,0,"a:1/00/1"]}',
      "--merge",
    );
    assertEquals(far.code, 64);
    assertStringIncludes(far.stderr, "ms ahead of the clock");
    assertEquals((await runCmud(["kv", "list", "--server", server])).stdout, "a\t1\n");
  }));

Deno.test("kv import reads a file, and says what it cannot read", () =>
  withServer(async (server) => {
    const path = Deno.makeTempFileSync();
    Deno.writeTextFileSync(path, `\ufeff${lineOf("a", "1")}\n  \n${lineOf("b", "2").trimEnd()}`);
    assertEquals(await runCmud(["kv", "import", path, "--server", server]), {
      code: 0,
      stdout: "",
      stderr: "Put 2 entries\n",
    });
    Deno.removeSync(path);
    const missing = await runCmud(["kv", "import", path, "--server", server]);
    assertEquals(missing.code, 64);
    assertStringIncludes(missing.stderr, `Cannot read ${path}: No such file`);
    const folder = await runCmud(["kv", "import", "/", "--server", server]);
    assertEquals(folder.code, 64);
    assertStringIncludes(folder.stderr, "Cannot read /: it is a folder");
  }));

Deno.test("kv export says that its reader ended, and not that it was at fault", () =>
  withServer(async (server) => {
    assertEquals((await importText(server, lineOf("a", "1") + lineOf("b", "2"))).code, 0);
    class Unread extends FakeConsole {
      override out(): void {
        throw new BrokenPipeError();
      }
    }
    const console = new Unread();
    assertEquals(await runCommandLine(["kv", "export", "--server", server], console), 0);
    const said = "Exported 2 entries: their reader ended, and may have read fewer\n";
    assertEquals(console.stderr, said);
  }));

Deno.test("kv import names the lines that are no entries, and puts the others", () =>
  withServer(async (server) => {
    const wrong = [
      "not JSON",
      '{"key":"k"}',
      '{"key":1,"value":"v"}',
      "null",
      "[]",
      '{"key":"\\ud800","value":"v"}',
      lineOf("k".repeat(5_000), "v").trimEnd(),
    ];
    const lines = wrong.map((line, i) => `${line}\n${lineOf(`good/${i}`, "v")}`).join("");
    const { code, stdout, stderr } = await importText(server, lines);
    assertEquals({ code, stdout }, { code: 64, stdout: "" });
    for (const i of wrong.keys()) assertStringIncludes(stderr, `Line ${2 * i + 1}: Cannot `);
    assertStringIncludes(stderr, "found no JSON");
    assertStringIncludes(stderr, "lone surrogate");
    assertStringIncludes(stderr, "the key has 5000 bytes, allowed are 4096");
    assert(stderr.endsWith("\nPut 7 entries; 7 lines left out\n"), stderr);
    const list = await runCmud(["kv", "list", "good/", "--server", server]);
    assertEquals(list.stdout.trim().split("\n").length, 7);
  }));

Deno.test("kv import stops at a file that is none of its own", () =>
  withServer(async (server) => {
    const { code, stderr } = await importText(server, "This is no JSON\n".repeat(1_000));
    assertEquals(code, 64);
    assertEquals(stderr.match(/^Line \d+: /gm)?.length, appLimits.importFaultsMax + 1);
    assert(stderr.endsWith("the rest was not read, for there is too much wrong\n"), stderr);
  }));

Deno.test("kv import names a line that is not UTF-8, and puts the others", () =>
  withServer(async (server) => {
    const lines = [
      ...bytesOf(lineOf("a", "1")),
      Uint8Array.of(0xff, 10),
      ...bytesOf(lineOf("b", "2")),
    ];
    // In one piece, and in three.
    for (const bytes of [[new Uint8Array(lines.flatMap((line) => [...line]))], lines]) {
      const { code, stderr } = await runCmud(["kv", "import", "--server", server], { bytes });
      assertEquals(code, 64);
      assertEquals(
        stderr,
        "Line 2: Cannot import it: it is not valid UTF-8\nPut 2 entries; 1 line left out\n",
      );
    }
  }));

Deno.test("kv import says from where on entries may be missing when the server is lost", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const client = new Client(new FixedRouter(server.queryAddresses[0]));
  const console = new FakeConsole();
  const [line] = bytesOf(lineOf("k", "v"));
  const source = async function* () {
    for (let i = 0; i < 5; i++) yield line;
    await until("five are there", async () => await client.get("k") === "v");
    await server.close();
    for (;;) yield line;
  };
  await assertRejects(
    () => importEntries({ client, console, format: "lines" }, { bytes: source() }),
    ConnectionError,
  );
  assertStringIncludes(console.stderr, "Put 5 entries; from line 6 on some may be missing\n");
  await client.close();
  const dead = await importText(deadAddress(), lineOf("k", "v"));
  assertEquals(dead.code, 69);
  assertStringIncludes(dead.stderr, "Put 0 entries; from line 1 on some may be missing\n");
});

Deno.test("kv import reads no further than what is under way, and tells what it put when interrupted", async () => {
  // A server that takes everything and answers nothing.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const bounds: [string, number][] = [["v", appLimits.importPutsMax], ["v".repeat(1024 * 1024), 4]];
  for (const [value, linesMax] of bounds) {
    const client = new Client(new FixedRouter(address));
    const console = new FakeConsole();
    let read = 0;
    const [line] = bytesOf(lineOf("k", value));
    const source = async function* () {
      for (;;) {
        read++;
        yield line;
      }
    };
    const done = assertRejects(
      () => importEntries({ client, console, format: "lines" }, { bytes: source() }),
      ConnectionError,
    );
    await until("it waits", () => read >= linesMax);
    console.signal("SIGINT");
    assertEquals(console.exitedWith, 130);
    assertEquals(console.stderr, "Put 0 entries; from line 1 on some may be missing\n");
    await client.close();
    await done;
    assertLess(read, linesMax + 3);
  }
  for (const connection of connections) connection.close();
  listener.close();
  await accepting;
});

Deno.test("kv import shows its progress on a terminal, and none in a pipe", () =>
  withServer(async (server) => {
    const client = new Client(new FixedRouter(server));
    const [line] = bytesOf(lineOf("k", "v"));
    const console = new FakeConsole({ terminal: true });
    const source = async function* () {
      yield line;
      await until("it is shown", () => console.stderr.includes("entries"));
      yield line;
    };
    const session = { client, console, format: "lines" } as const;
    await importEntries(session, { bytes: source(), size: 2 * line.length });
    assertStringIncludes(console.stderr, "\r\x1b[K[##########----------]  50%  ");
    assert(console.stderr.endsWith("\r\x1b[KPut 2 entries\n"));
    // From here on a signal is no longer its own.
    console.signal("SIGINT");
    assertEquals(console.exitedWith, undefined);
    await client.close();
    assertEquals((await importText(server, lineOf("k", "v"))).stderr, "Put 1 entry\n");
  }));

Deno.test("kv import deletes the keys of lines that kv watch prints of deletions", () =>
  withServer(async (server) => {
    await runCmud(["kv", "put", "a", "1", "--server", server]);
    const input = ['{"key":"b","value":"2","change":"new"}', '{"key":"a","change":"deleted"}'];
    const { code, stderr } = await importText(server, input.join("\n"));
    assertEquals([code, stderr], [0, "Put 2 entries\n"]);
    assertEquals((await runCmud(["kv", "list", "--server", server])).stdout, "b\t2\n");
  }));
