import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { freePorts } from "../support/ports.ts";
import { cmudProcess, startServerProcess } from "./cmud_process.ts";
import { runCmud } from "./fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** Asks until the key has the value; the test's own time limit is that of a remote Put. */
async function untilSeen(server: string, key: string, value: string): Promise<number> {
  const startMs = performance.now();
  while ((await runCmud(["kv", "get", key, "--server", server])).stdout !== `${value}\n`);
  return performance.now() - startMs;
}

Deno.test("server --join takes a system port or a description, and syncs both ways", async () => {
  const first = await startServerProcess();
  const joins = [first.ready.address, first.ready.description];
  for (const join of joins) {
    const second = await startServerProcess(["--join", join]);
    const [one, other] = [first, second].map(({ ready }) => ready.queryAddresses[0]);
    await runCmud(["kv", "put", "there", join, "--server", one]);
    await runCmud(["kv", "put", "back", join, "--server", other]);
    await untilSeen(other, "there", join);
    await untilSeen(one, "back", join);
    assertEquals(await second.end("SIGTERM"), 0);
  }
  assertEquals(await first.end("SIGTERM"), 0);
});

Deno.test("server --simulate-latency delays what goes to others", async () => {
  const first = await startServerProcess(["--simulate-latency", "300"]);
  const second = await startServerProcess(["--join", first.ready.address]);
  const [one, other] = [first, second].map(({ ready }) => ready.queryAddresses[0]);
  await runCmud(["kv", "put", "k", "v", "--server", one]);
  assert(await untilSeen(other, "k", "v") >= 150);
  await Promise.all([first.end("SIGTERM"), second.end("SIGTERM")]);
});

Deno.test("server --join ends with 69 when nobody answers at any of them", async () => {
  const joins = ["--join", deadAddress(), "--join", deadAddress()];
  const { code, stdout, stderr } = await cmudProcess(["server", "--port", "0", ...joins]);
  assertEquals({ code, stdout }, { code: 69, stdout: "" });
  assertStringIncludes(stderr, "nothing answers there");
});

Deno.test("server --join says which port is a system port when something else answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept().then(async (connection) => {
    await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.6\r\n"));
    return connection;
  });
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const { code, stdout, stderr } = await runCmud(["server", "--port", "0", "--join", address]);
  (await accepting).close();
  listener.close();
  assertEquals({ code, stdout }, { code: 69, stdout: "" });
  assertStringIncludes(stderr, `cmud: Cannot call Describe at ${address}: `);
  assertStringIncludes(stderr, "By default 6000 is the system port\n");
});

Deno.test("server --join warns and goes on asking when only some answer", async () => {
  const first = await startServerProcess();
  const port = String(freePorts(2));
  const late = `127.0.0.1:${port}`;
  const joins = ["--join", first.ready.address, "--join", late];
  const second = await startServerProcess(joins);
  const third = await startServerProcess(["--port", port]);
  const [, other, other2] = [first, second, third].map(({ ready }) => ready.queryAddresses[0]);
  await runCmud(["kv", "put", "k", "v", "--server", other]);
  await untilSeen(other2, "k", "v");
  await Promise.all([first, second, third].map((server) => server.end("SIGTERM")));
});

Deno.test("server --join ends with 64 for a query port, and for what is no description", () =>
  withServer(async (queryPort) => {
    const port = await runCmud(["server", "--port", "0", "--join", queryPort]);
    assertEquals({ code: port.code, stdout: port.stdout }, { code: 64, stdout: "" });
    assertStringIncludes(port.stderr, "it is no system port");
    for (const text of ["{}", '{"cmud":1}', "{nonsense", '{"cmud":1,"address":"nonsense"}']) {
      const { code, stderr } = await runCmud(["server", "--port", "0", "--join", text]);
      assertEquals(code, 64, text);
      assertStringIncludes(stderr, "allowed is the description of a running server");
    }
  }));
