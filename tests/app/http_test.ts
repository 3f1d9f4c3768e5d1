import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { cmudProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { freePorts } from "../support/ports.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { until } from "../support/until.ts";

async function get(address: string, path: string): Promise<[number, string]> {
  const response = await fetch(`http://${address}${path}`);
  return [response.status, await response.text()];
}

Deno.test("cmud server --http says where it shows itself, and when its disk refuses", async () => {
  using directory = new TempDirectory();
  const [path, aside] = [`${directory.path}/data`, `${directory.path}/aside`];
  const server = await startServerProcess(["--http", "127.0.0.1:0", "--data-dir", path]);
  const { http, queryAddresses } = server.ready;
  assertMatch(http!, /^127\.0\.0\.1:[1-9]\d*$/);
  assertEquals(await get(http!, "/readyz"), [200, "ready\n"]);
  assertStringIncludes((await get(http!, "/metrics"))[1], '\ncmud_disk_state{state="ok"} 1\n');
  const client = new Client(new FixedRouter(queryAddresses[0]), { timeoutMs: 2_000 });
  const isReady = async () => (await get(http!, "/readyz"))[0] === 200;
  Deno.renameSync(path, aside);
  await until("it is not ready", async () => {
    await client.put("k", "v").catch(() => {});
    return !await isReady();
  });
  assertMatch((await get(http!, "/readyz"))[1], /^The disk refuses to be written/);
  assertEquals(JSON.parse((await get(http!, "/api/stats"))[1]).disk, "refusing");
  assertEquals(await get(http!, "/healthz"), [200, "ok\n"]);
  Deno.renameSync(aside, path);
  await until("it is ready", isReady);
  await client.close();
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("connections to --http count to the memory of the server", async () => {
  const server = await startServerProcess(["--http", "127.0.0.1:0"]);
  const { http } = server.ready;
  const memory = async () => JSON.parse((await get(http!, "/api/stats"))[1]).memoryBytes as number;
  const before = await memory();
  using sockets = new DisposableStack();
  for (let i = 0; i < 100; i++) sockets.use(await RawSocket.connect(http!));
  await until("they are charged", async () => await memory() >= before + 100 * 18 * 1024);
  sockets.dispose();
  await until("they are given back", async () => await memory() < before + 50_000);
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("cmud server --http at a port of the server's own says so", async () => {
  const port = freePorts(3);
  for (const [own, at] of [["system port", port], ["query port", port + 1]] as const) {
    const options = ["--port", `${port}`, "--actors", "2", "--http", `127.0.0.1:${at}`];
    const { code, stderr } = await cmudProcess(["server", ...options]);
    assertEquals(code, 64, stderr);
    assertStringIncludes(
      stderr,
      `Cannot serve HTTP on 127.0.0.1:${at}: that is the server's own ${own}, because --port is ${port}.`,
    );
  }
});

Deno.test("cmud server --http takes loopback alone without tokens, and no port that is taken", async () => {
  for (const address of ["0.0.0.0:6080", "192.0.2.7:6080", "[::]:0", "kv.example.com:6080"]) {
    const { code, stderr } = await runCmud(["server", "--http", address]);
    assertEquals(code, 64);
    assertStringIncludes(stderr, "everybody who reaches it would get in");
  }
  for (const address of ["6080", "127.0.0.1", ":6080", "127.0.0.1:70000"]) {
    const { code, stderr } = await runCmud(["server", "--http", address]);
    assertEquals(code, 64);
    assertStringIncludes(stderr, "allowed is HOST:PORT");
  }
  const server = await startServerProcess(["--http", "127.0.0.1:0"]);
  const taken = ["server", "--port", "0", "--http", server.ready.http!];
  const { code, stderr } = await cmudProcess(taken);
  assertEquals(code, 70);
  assertMatch(stderr, /^cmud: Cannot listen on .* for HTTP: .*in use.*\nAny free port .* --http /i);
  assertEquals(await server.end("SIGTERM"), 0);
});
