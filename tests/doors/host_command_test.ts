import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { cmudProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { startHostProcess } from "../support/app/host_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { deadAddress } from "../app/with_server.ts";

Deno.test("cmud host wants a door, and no password that others can read", async () => {
  const cases: [string[], string][] = [
    [["host"], "Cannot host without a door: one is opened with --telnet, or --web"],
    [
      ["host", "--web", "0.0.0.0:8080"],
      "Cannot open a door on 0.0.0.0:8080: whoever is in between",
    ],
    [["host", "--telnet", "127.0.0.1"], "allowed is HOST:PORT, as in 127.0.0.1:4000"],
    [["host", "--web", "127.0.0.1:0", "--tls-cert", "x"], "without both --tls-cert and --tls-key"],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await runCmud(args);
    assertEquals(code, 64, args.join(" "));
    assertStringIncludes(stderr, expected);
  }
  const { code } = await cmudProcess(["host", "--web", "127.0.0.1:0", "--server", deadAddress()]);
  assertEquals(code, 69);
});

Deno.test("cmud host has its settings from the environment or a file, too", async () => {
  const env = { CMUD_TELNET: "127.0.0.1:4000" };
  const args = ["host", "--web", "127.0.0.1:8080", "--server", "a:1,b:2", "--print-config"];
  const { code, stdout } = await runCmud(args, { env });
  assertEquals(code, 0);
  assertEquals(stdout.match(/^\w.*$/gm), [
    'telnet = "127.0.0.1:4000"',
    'web = "127.0.0.1:8080"',
    'server = "a:1,b:2"',
  ]);
});

Deno.test("cmud host stops in order, and tells its players", async () => {
  const server = await startServerProcess();
  const [address] = server.ready.queryAddresses;
  const doors = ["--telnet", "127.0.0.1:0", "--web", "127.0.0.1:0"];
  const host = await startHostProcess(...doors, "--server", address);
  assertMatch(host.web!, /^127\.0\.0\.1:\d+$/);
  const [hostname, port] = host.telnet!.split(":");
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const reader = conn.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async () => {
    const { value = "", done } = await reader.read();
    text += value;
    return !done;
  };
  // A client that says nothing is greeted all the same.
  while (!text.includes("Name: ")) await read();
  assertEquals(await host.stop(), { code: 0, stderr: "" });
  while (await read());
  assertStringIncludes(text, "The door closes now.");
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("with a certificate, both doors speak TLS", async () => {
  using directory = new TempDirectory();
  const made = await runCmud(["cert", "--dir", directory.path, "127.0.0.1"]);
  assertEquals(made.code, 0);
  const server = await startServerProcess();
  const [address] = server.ready.queryAddresses;
  const host = await startHostProcess(
    ...["--telnet", "127.0.0.1:0", "--web", "127.0.0.1:0", "--server", address],
    ...["--tls-cert", `${directory.path}/127.0.0.1.pem`],
    ...["--tls-key", `${directory.path}/127.0.0.1.key`],
  );
  const ca = Deno.readTextFileSync(`${directory.path}/ca.pem`);
  const portOf = (address: string) => Number(address.split(":")[1]);
  const conn = await Deno.connectTls({
    hostname: "127.0.0.1",
    port: portOf(host.telnet!),
    caCerts: [ca],
  });
  const buffer = new Uint8Array(1_000);
  let text = "";
  while (!text.includes("Name: ")) {
    text += new TextDecoder("latin1").decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
  }
  conn.close();
  const client = Deno.createHttpClient({ caCerts: [ca] });
  const response = await fetch(`https://127.0.0.1:${portOf(host.web!)}/`, { client });
  await response.body?.cancel();
  assertMatch(String(response.status), /^(200|404)$/);
  client.close();
  assertEquals((await host.stop()).code, 0);
  assertEquals(await server.end("SIGTERM"), 0);
});
