import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { runCommandLine } from "../../app/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { until } from "../support/until.ts";
import { cmudProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { startingSystem } from "../support/starting_system.ts";
import { freePorts } from "../support/ports.ts";
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
  assertMatch(stderr, /^cmud: Cannot join 127\.0\.0\.1:\d+: nothing answers there/);
  // Servers that are started with one list wait for nobody: one of them has to begin.
  assertMatch(
    stderr,
    /\nIs a server running there\? The first one of a cluster starts without --join/,
  );
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
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertStringIncludes(stderr, `cmud: Cannot join ${address}: it is no system port: what answers`);
  assertStringIncludes(stderr, "by default 6000 is the system port\n");
});

Deno.test("server --join ends with 64 for its own address", async () => {
  const port = freePorts(2);
  const own = `127.0.0.1:${port}`;
  const { code, stdout, stderr } = await runCmud(["server", "--port", `${port}`, "--join", own]);
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertStringIncludes(
    stderr,
    `cmud: Cannot join ${own}: that is the address of this server itself`,
  );
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

/** Runs `cmud server --json` on free ports with a console in memory. */
function runServer(...args: string[]) {
  const console = new FakeConsole();
  const base = ["server", "--port", "0", "--actors", "1", "--threads", "1", "--json"];
  return { console, ended: runCommandLine([...base, ...args], console) };
}

/** The events that a server printed. */
function eventsOf({ stdout }: FakeConsole): Record<string, unknown>[] {
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

Deno.test("server --join waits for a server that gives no description yet", async () => {
  const first = await Server.start({ startPort: 0, queryActorCount: 1 });
  await using starting = await startingSystem();
  const { console, ended } = runServer("--join", starting.address);
  const waits = `Cannot join ${starting.address} yet: it is still starting; it is asked again\n`;
  await until("it says that it waits", () => console.stderr.includes(waits));
  assertEquals(console.stdout, "");
  starting.description = first.description;
  await until("it is synced", () => eventsOf(console).length === 2);
  console.signal("SIGTERM");
  assertEquals(await ended, 0);
  await first.close();
});

Deno.test("server --join goes on asking one of several that gives no description yet", async () => {
  const [first, second] = await Promise.all(
    [0, 0].map((startPort) => Server.start({ startPort, queryActorCount: 1 })),
  );
  await using starting = await startingSystem();
  const { console, ended } = runServer("--join", first.address, "--join", starting.address);
  await until("it is synced", () => eventsOf(console).length === 2);
  assertStringIncludes(console.stderr, "it is still starting");
  starting.description = second.description;
  const joins = () => console.stderr.includes(`Peer ${second.address} is known`);
  await until("it joins the other one", joins);
  console.signal("SIGTERM");
  assertEquals(await ended, 0);
  await Promise.all([first.close(), second.close()]);
});

Deno.test("server --join ends with 64 when what answers is of another version, or malformed", async () => {
  await using other = await startingSystem();
  for (const description of ['{"cmud":2}', '{"cmud":1}', "nonsense"]) {
    other.description = description;
    const { code, stdout, stderr } = await runCmud([
      "server",
      "--port",
      "0",
      "--join",
      other.address,
    ]);
    assertEquals({ code, stdout }, { code: 64, stdout: "" }, description);
    assertStringIncludes(stderr, `Cannot join ${other.address}: it does not describe itself`);
  }
});

Deno.test("server --json says when it has the state of the server that it joins", async () => {
  const first = await startServerProcess();
  const lines = Array.from(
    { length: 20_000 },
    (_, i) => JSON.stringify({ key: `${i}`, value: "" }),
  );
  const at = first.ready.queryAddresses[0];
  await cmudProcess(["kv", "import", "--server", at], lines.join("\n"));
  assertEquals(await first.nextEvent(), { event: "synced", address: first.ready.address });
  const second = await startServerProcess(["--join", first.ready.address, "--actors", "2"]);
  const { address, queryAddresses } = second.ready;
  assertEquals(await second.nextEvent(), { event: "synced", address });
  for (const server of queryAddresses) {
    const { stdout } = await runCmud(["kv", "get", "19999", "--server", server]);
    assertEquals(stdout, "\n");
    assertEquals((await runCmud(["status", "--server", server])).code, 0);
  }
  await Promise.all([first.end("SIGTERM"), second.end("SIGTERM")]);
});

Deno.test("server --wait-synced is ready when it has the state, and stops in order before", async () => {
  const first = await Server.start({ startPort: 0, queryActorCount: 1 });
  // Nobody answers there as the server that is described.
  const lost = JSON.stringify({ ...JSON.parse(first.description), address: deadAddress() });
  await using starting = await startingSystem();
  starting.description = lost;
  const { console, ended } = runServer("--join", starting.address, "--wait-synced");
  const waits = "Waiting for the state of the servers that are joined\n";
  await until("it says that it waits", () => console.stderr.includes(waits));
  assertEquals(console.stdout, "");
  console.signal("SIGTERM");
  assertEquals([await ended, console.stdout], [0, ""]);
  const joined = runServer("--join", first.address, "--wait-synced");
  await until("it is synced", () => eventsOf(joined.console).length === 2);
  const [ready, synced] = eventsOf(joined.console);
  assertEquals([ready.event, synced.event], ["ready", "synced"]);
  joined.console.signal("SIGTERM");
  assertEquals(await joined.ended, 0);
  await first.close();
});

Deno.test("status ends with 75 when a query actor is not ready", async () => {
  const first = await Server.start({ startPort: 0, queryActorCount: 1 });
  const lost = JSON.stringify({ ...JSON.parse(first.description), address: deadAddress() });
  await first.close();
  const joining = await Server.start({ startPort: 0, queryActorCount: 1, remoteDescs: [lost] });
  const [server] = joining.queryAddresses;
  for (const format of [[], ["--json"]]) {
    const { code, stdout, stderr } = await runCmud(["status", "--server", server, ...format]);
    assertEquals(code, 75);
    assertStringIncludes(stdout, "false");
    assertEquals(
      stderr,
      `${server} is not ready: it is taking over the state of other servers\n`,
    );
  }
  await joining.close();
});
