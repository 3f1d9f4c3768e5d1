import { exitCodeOf } from "../../app/cli/exit_codes.ts";
import { failureText } from "../../app/cli/failure.ts";
import { UsageError } from "../../app/cli/usage_error.ts";
import { ConnectionError, RpcError, TimeoutError } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** Calls `use` with an address where every connection is met by `meet`. */
async function withListener(
  meet: (connection: Deno.Conn) => Promise<unknown> | void,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await meet(connection);
    }
  })();
  try {
    await use(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  } finally {
    listener.close();
    await accepting;
    for (const connection of connections) {
      try {
        connection.close();
      } catch { /* by `meet`, already */ }
    }
  }
}

/** What `kv get` says of `address`. */
async function complaint(address: string, code: number): Promise<string> {
  const result = await runCmud(["kv", "get", "k", "--server", address]);
  assertEquals({ code: result.code, stdout: result.stdout }, { code, stdout: "" });
  assertStringIncludes(result.stderr, address);
  return result.stderr;
}

Deno.test("an error says at which address nobody answers, and how to start a server", async () => {
  assertStringIncludes(await complaint(deadAddress(), 69), "started with: cmud server\n");
});

Deno.test("failureText() says what to try where that is known", () => {
  const cases: [Error, string][] = [
    [new Error("no\x1b[2J"), "no\\u{1b}[2J"],
    [
      new Error('no (Requires all access to "/proc/x", run again with the --allow-all flag)'),
      'no (nothing that runs on Deno may use "/proc/x")',
    ],
    [
      new ConnectionError("h:1", true, "Cannot call", {
        cause: new Error("failed to lookup address information: Name or service not known"),
      }),
      "Cannot call\nIs the name of the host right?",
    ],
    [new RpcError("overloaded", "Cannot", { address: "h:1" }), "Cannot (at h:1)\nThe server has"],
    // What fills a disk, or a memory, is there in a moment too.
    [
      new RpcError("unavailable", "Cannot Put: the server's disk refuses to be written (full)"),
      "Cannot Put: the server's disk refuses to be written (full)\nUntil its disk takes writes again",
    ],
    [
      new RpcError(
        "unavailable",
        "Cannot Put: disk refuses (put it back; else save what it holds)",
      ),
      "Cannot Put: disk refuses (put it back; else save what it holds)\nUntil its disk takes",
    ],
    [new RpcError("from_tomorrow", "Cannot", { address: "h:1" }), "Cannot (at h:1)"],
    [new TimeoutError("h:1", true, 5), "Cannot wait longer for h:1: no reply within 5 ms\nIs that"],
    [
      new TimeoutError("h:1", true, 4.2),
      "Cannot wait longer for h:1: no reply within 5 ms\nIs that",
    ],
    [
      new RpcError("too_large", "Cannot Put: the value has 9"),
      "Cannot Put: the value has 9\nWhat is",
    ],
  ];
  for (const [error, text] of cases) assertEquals(failureText(error).slice(0, text.length), text);
  // Only values can be had in parts.
  for (const what of ["the key has 4097 bytes", "the prefix has 4097 bytes", "use Scan"]) {
    assertEquals(failureText(new RpcError("too_large", what)), what);
  }
  const named = failureText(new Error("Cannot write b: No such file (os error 2): writefile 'b'"));
  assertEquals(named, "Cannot write b: No such file");
  const looked = failureText(new Error("Cannot read b: No such file (os error 2): stat 'b'"));
  assertEquals(looked, "Cannot read b: No such file");
  const silence = failureText(new TimeoutError("h:1", true, 5), "system");
  assertStringIncludes(silence, "Cannot join h:1: no reply within 5 ms\n");
  assertStringIncludes(silence, "is the port right? By default\n6000 is the system port.");
});

Deno.test("failureText() says what to try when a port cannot be bound", () => {
  const cases = [
    ["Address already in use", "cmud server --port 0"],
    ["Permission denied", "Ports below 1024 are kept for the superuser"],
    ["Cannot assign requested address", "Is that an address of this machine?"],
    ["failed to lookup address information: Name or service not known", "Is the name"],
    ["keys may not be consistent: KeyMismatch", "--tls-key has not the key of the certificate"],
  ];
  for (const [why, advice] of cases) {
    // From another thread nothing but the message comes.
    const text = failureText(new Error(`Cannot listen on h:1: ${why} (os error 1)`));
    assert(text.startsWith(`Cannot listen on h:1: ${why}\n`), text);
    assertStringIncludes(text, advice);
  }
});

Deno.test("an error says that something else answers at a port", () =>
  withListener(
    (connection) => connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")),
    async (address) => {
      assertStringIncludes(await complaint(address, 69), "does not speak as a cmud server does");
    },
  ));

Deno.test("an error says that a server hangs up", () =>
  withListener((connection) => connection.close(), async (address) => {
    assertStringIncludes(await complaint(address, 69), "too many connections");
  }));

Deno.test("an error says that a port is a system port", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  assertStringIncludes(await complaint(server.address, 64), "Is that a system port?");
  await server.close();
});

Deno.test("an error says what is too large, and what is allowed", () =>
  withServer(async (server) => {
    const put = (key: string, bytes: Uint8Array[]) =>
      runCmud(["kv", "put", key, "-", "--server", server], { bytes });
    const half = new Uint8Array(wireLimits.valueBytesMax / 2).fill(0x61);
    assertEquals(await put("k", [half, half]), { code: 0, stdout: "", stderr: "" });
    const value = await put("k", [half, half, Uint8Array.of(0x61), half]);
    assertEquals(value.code, 64);
    assertStringIncludes(value.stderr, "found more than 8388608 bytes");
    const key = await put("k".repeat(4_097), [half]);
    assertEquals(key.code, 64);
    assertStringIncludes(key.stderr, `allowed are 4096 (at ${server})\n`);
  }));

Deno.test("kv put KEY - stores stdin byte for byte, and kv get --raw prints it so", () =>
  withServer(async (server) => {
    const kv = (args: string[], bytes: Uint8Array[] = []) =>
      runCmud(["kv", ...args, "--server", server], { bytes });
    for (const text of ["", "\n", "a\r\n\n", "\ufeffbom", "\u{1f600}\0"]) {
      const bytes = new TextEncoder().encode(text);
      // Cut wherever it may be.
      const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
      assertEquals(await kv(["put", "k", "-"], pieces), { code: 0, stdout: "", stderr: "" });
      assertEquals((await kv(["get", "k", "--raw"])).stdout, text);
      assertEquals((await kv(["list", "--raw"])).stdout, `k\0${text}\0`);
      assertEquals((await kv(["scan", "--raw"])).stdout, `k\0${text}\0`);
    }
    for (const bytes of [Uint8Array.of(0xff), Uint8Array.of(0xc3)]) {
      const wrong = await kv(["put", "k", "-"], [bytes]);
      assertEquals(wrong.code, 64);
      assertStringIncludes(wrong.stderr, "Cannot put the input: it is not valid UTF-8");
    }
    // On a command line it may stand for such bytes.
    for (const args of [["put", "k", "a\ufffd"], ["put", "\ufffd", "-"]]) {
      const unclear = await kv(args);
      assertEquals(unclear.code, 64);
      assertStringIncludes(
        unclear.stderr,
        "with U+FFFD: on a command line that may stand for bytes",
      );
    }
    assertEquals((await kv(["put", "k", "-"], [new TextEncoder().encode("a\ufffd")])).code, 0);
    assertEquals((await kv(["get", "k", "--raw"])).stdout, "a\ufffd");
    const both = await kv(["get", "k", "--raw", "--json"]);
    assertEquals(both.code, 64);
    assertStringIncludes(both.stderr, "--json or --raw");
  }));

const codes: readonly (readonly [error: unknown, code: number])[] = [
  [new UsageError("what"), 64],
  [new RpcError("bad_request", ""), 64],
  [new RpcError("unknown_method", ""), 64],
  [new RpcError("too_large", ""), 64],
  [new RpcError("unauthorized", ""), 64],
  [new ConnectionError("a:1", true, ""), 69],
  [new TimeoutError("a:1", true, 1), 69],
  [new RpcError("internal", ""), 70],
  [new RpcError("from a newer server", ""), 70],
  [new Error("a bug"), 70],
  [new RpcError("overloaded", ""), 75],
  [new RpcError("unavailable", ""), 75],
];

for (const [error, code] of codes) {
  const name = error instanceof RpcError ? error.code : (error as Error).name;
  Deno.test(`a command ends with ${code} when it fails by ${name}`, () => {
    assertEquals(exitCodeOf(error), code);
  });
}
