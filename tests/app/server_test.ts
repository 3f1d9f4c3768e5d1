import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { cmudProcess, spawnCmud, startServerProcess } from "../support/app/cmud_process.ts";
import { readyHints } from "../../app/commands/ready_hints.ts";
import { runCommandLine } from "../../app/mod.ts";
import { sleep } from "../support/until.ts";

Deno.test("server --json says where it listens; kv works from other processes", async () => {
  const server = await startServerProcess();
  const { event, address, queryAddresses, description } = server.ready;
  assertEquals(event, "ready");
  assertMatch(address, /^127\.0\.0\.1:\d+$/);
  assertEquals(JSON.parse(description).address, address);
  const at = ["--server", queryAddresses[0]];
  const put = await cmudProcess(["kv", "put", "greeting", "hello", ...at]);
  assertEquals(put, { code: 0, stdout: "", stderr: "" });
  const get = await cmudProcess(["kv", "get", "greeting", ...at]);
  assertEquals(get, { code: 0, stdout: "hello\n", stderr: "" });
  const shell = await cmudProcess(["kv", "shell", ...at], "put a 1\nget a\nget greeting");
  assertEquals(shell, { code: 0, stdout: "1\nhello\n", stderr: "" });
  assertEquals(await server.end("SIGTERM"), 0);
});

for (const signal of ["SIGINT", "SIGHUP", "SIGQUIT"] as const) {
  Deno.test(`server ends with 0 on ${signal}`, async () => {
    const server = await startServerProcess();
    assertEquals(await server.end(signal), 0);
  });
}

Deno.test("server says to people how to go on, and closes on a signal", async () => {
  const console = new FakeConsole();
  const ended = runCommandLine(["server", "--port", "0", "--actors", "2"], console);
  while (!console.stdout.includes("Stop it")) await sleep(0);
  assertStringIncludes(console.stdout, "is ready");
  // Nobody has a `cmud` to call who runs it with Deno.
  assertStringIncludes(console.stdout, "In a clone, cmud is: deno task cmud\n");
  const [, address] = /kv shell --server (\S+)/.exec(console.stdout)!;
  assertEquals((await runCmud(["kv", "put", "k", "v", "--server", address])).code, 0);
  console.signal("SIGTERM");
  assertEquals(console.exitedWith, undefined);
  // A second signal does not wait for the orderly stop.
  console.signal("SIGTERM");
  assertEquals(console.exitedWith, 143);
  console.signal("SIGINT");
  assertEquals(console.exitedWith, 130);
  assertEquals(await ended, 0);
  assertEquals((await runCmud(["kv", "get", "k", "--server", address])).code, 69);
});

Deno.test("server of another cluster says how it is joined", async () => {
  const console = new FakeConsole();
  const ended = runCommandLine(["server", "--port", "0", "--cluster", "jj"], console);
  while (!console.stdout.includes("Stop it")) await sleep(0);
  const [, call] = /^Join it: +cmud (server .+)$/m.exec(console.stdout)!;
  const joining = new FakeConsole();
  const joined = runCommandLine(call.split(" "), joining);
  while (!joining.stdout.includes("Stop it")) await sleep(0);
  for (const each of [joining, console]) each.signal("SIGTERM");
  assertEquals([await ended, await joined], [0, 0]);
});

Deno.test("readyHints() names what whoever asks or joins a server needs", () => {
  const tls = { tlsCert: "c", tlsKey: "k" };
  const own = " --tls-cert FILE --tls-key FILE";
  const cases: [options: Record<string, unknown>, ask: string, join: string][] = [
    [{}, "", ""],
    [{ cluster: "cmud" }, "", ""],
    [{ cluster: "jj", insecure: true }, "", " --cluster jj"],
    [{ authFile: "a" }, " --token-file FILE", " --auth-file FILE --token-file FILE"],
    [tls, " --tls", own],
    [{ ...tls, tlsCa: "a" }, " --tls-ca FILE", `${own} --tls-ca FILE`],
    [
      { ...tls, tlsCa: "a", tlsClientCa: "b" },
      ` --tls-ca FILE${own}`,
      `${own} --tls-ca FILE --tls-client-ca FILE`,
    ],
  ];
  for (const [options, ask, join] of cases) {
    assertEquals(readyHints({ options }, "127.0.0.1:6000"), { ask, join });
  }
  assertEquals(readyHints({ options: { authFile: "a", insecure: true } }, "192.0.2.7:6000"), {
    ask: " --token-file FILE --insecure",
    join: " --auth-file FILE --token-file FILE --insecure",
  });
});

Deno.test("server ends with 70 when its port is taken", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { code, stdout, stderr } = await runCmud(["server", "--port", String(port)]);
  listener.close();
  assertEquals({ code, stdout }, { code: 70, stdout: "" });
  assertStringIncludes(stderr, `Cannot listen on 127.0.0.1:${port}`);
  assertStringIncludes(stderr, "\nIs a server running here already?");
});

Deno.test("server --advertise tells others the address it is given", async () => {
  const server = await startServerProcess(["--advertise", "203.0.113.5:7000"]);
  assertEquals(server.ready.address, "203.0.113.5:7000");
  assertMatch(server.ready.queryAddresses[0], /^203\.0\.113\.5:\d+$/);
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("kv list ends quietly when its reader has seen enough", async () => {
  const server = await startServerProcess();
  const at = ["--server", server.ready.queryAddresses[0]];
  const lines = Array.from({ length: 200 }, (_, i) => `put ${i} ${"v".repeat(10_000)}`);
  await cmudProcess(["kv", "shell", ...at], lines.join("\n"));
  const child = spawnCmud(["kv", "scan", ...at]);
  await child.stdout.cancel();
  const { code } = await child.status;
  const stderr = await new Response(child.stderr).text();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await server.end("SIGTERM");
});

Deno.test("server --max-memory is its bound, and no size that is none", async () => {
  const server = await startServerProcess(["--max-memory", "64MiB", "--idle-timeout", "10m"]);
  const { stdout } = await runCmud([
    "status",
    "--json",
    "--server",
    server.ready.queryAddresses[0],
  ]);
  const { memoryBytes, memoryMaxBytes } = JSON.parse(stdout.split("\n")[0]);
  assertEquals([typeof memoryBytes, memoryMaxBytes], ["number", 64 * 1024 * 1024]);
  assertEquals(await server.end("SIGTERM"), 0);
  for (
    const args of [["--max-memory", "10"], ["--idle-timeout", "0s"], ["--max-connections", "0"]]
  ) {
    const { code, stderr } = await runCmud(["server", ...args]);
    assertEquals(code, 64);
    assertStringIncludes(stderr, "Allowed is");
  }
});
