import { canAskForCertificates } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { startHostProcess } from "../support/app/host_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testUnless } from "../support/needs.ts";
import { until } from "../support/until.ts";

const patience = { timeoutMs: 10_000, everyMs: 200 };

/** Makes a token, whose hash is added to `auth.toml`. @returns its file. */
async function makeToken(dir: string, name: string): Promise<string> {
  const path = `${dir}/${name}.token`;
  const files = ["--auth-file", `${dir}/auth.toml`, "--token-file", path];
  assertEquals(
    (await runCmud(["token", "new", "--name", name, "--role", "write", ...files])).code,
    0,
  );
  return path;
}

/** Makes a CA and a certificate for this machine. @returns the options that name its files. */
async function makeCertificate(dir: string): Promise<{ ca: string; cert: string; key: string }> {
  assertEquals((await runCmud(["cert", "--dir", dir, "127.0.0.1"])).code, 0);
  return { ca: `${dir}/ca.pem`, cert: `${dir}/127.0.0.1.pem`, key: `${dir}/127.0.0.1.key` };
}

/** What a door in TLS says first. */
async function greeting(
  address: string,
  caFile: string,
  own: { cert?: string; key?: string } = {},
): Promise<string> {
  const caCerts = [await Deno.readTextFile(caFile)];
  const [hostname, port] = address.split(":");
  const shown = own.cert === undefined ? {} : {
    cert: await Deno.readTextFile(own.cert),
    key: await Deno.readTextFile(own.key!),
  };
  using conn = await Deno.connectTls({ hostname, port: Number(port), caCerts, ...shown });
  const buffer = new Uint8Array(1_000);
  let text = "";
  for (let count; (count = await conn.read(buffer)) !== null;) {
    text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
    if (text.includes("Name: ")) break;
  }
  return text;
}

/** Comes to a plain door with a name and a password, and leaves. @returns all that was said. */
async function visit(address: string, name: string): Promise<string> {
  const [hostname, port] = address.split(":");
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const lines = [name, "correct horse", "correct horse", "", "", "", "", "", "quit", ""];
  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  const buffer = new Uint8Array(4_096);
  let text = "";
  for (let count; (count = await conn.read(buffer)) !== null;) {
    text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
  }
  return text;
}

Deno.test("a host is told apart whether passwords, or its token, may be read by others", async () => {
  using directory = new TempDirectory();
  const token = ["--token-file", await makeToken(directory.path, "keeper")];
  const far = ["--server", "192.0.2.7:6001", ...token];
  const cases: [string[], RegExp][] = [
    [["--web", "127.0.0.1:0", ...far], /Cannot show the token to 192\.0\.2\.7.*--insecure-server/],
    [["--web", "127.0.0.1:0", ...far, "--insecure"], /Cannot show the token to 192\.0\.2\.7/],
    [["--web", "192.0.2.8:0"], /Cannot open a door on 192\.0\.2\.8.*--insecure in a network/],
    [["--web", "192.0.2.8:0", ...far, "--insecure-server"], /Cannot open a door on 192\.0\.2\.8/],
    [
      ["--web", "127.0.0.1:0", "--tls-ca", "x", "--client-cert", "x"],
      /both --client-cert and --cl/,
    ],
    [["--web", "127.0.0.1:0", "--tls-client-ca", "x"], /without both --tls-cert and --tls-key/],
  ];
  for (const [words, said] of cases) {
    const { code, stderr } = await runCmud(["host", ...words]);
    assertEquals(code, 64, words.join(" "));
    assertMatch(stderr, said);
  }
  // What lets passwords be read for commands and servers allows a host nothing about its token.
  const env = { CMUD_INSECURE: "1" };
  assertEquals((await runCmud(["host", "--web", "127.0.0.1:0", ...far], { env })).code, 64);
});

Deno.test("SIGHUP has a host read its token again, and players go on", async () => {
  using directory = new TempDirectory();
  const dir = directory.path;
  const first = await makeToken(dir, "first");
  const auth = `${dir}/auth.toml`;
  const server = await startServerProcess(["--auth-file", auth]);
  const shown = `${dir}/host.token`;
  await Deno.copyFile(first, shown);
  const host = await startHostProcess(
    ...["--telnet", "127.0.0.1:0", "--server", server.ready.queryAddresses[0]],
    ...["--token-file", shown],
  );
  assertStringIncludes(await visit(host.telnet!, "Ada"), "Goodbye, Ada");
  const before = await Deno.readTextFile(auth);
  const second = await makeToken(dir, "second");
  await Deno.copyFile(second, shown);
  host.hangUp();
  const after = (await Deno.readTextFile(auth)).slice(before.length);
  await Deno.writeTextFile(auth, after);
  server.child.kill("SIGHUP");
  const asked = ["kv", "count", "--server", server.ready.queryAddresses[0]];
  await until("the server has read the file again", async () => {
    const { code } = await runCmud([...asked, "--token-file", second]);
    return code === 0;
  }, patience);
  await until(
    "players come in",
    async () => (await visit(host.telnet!, "Bob")).includes("Goodbye, Bob"),
    patience,
  );
  await Deno.writeTextFile(shown, "no token");
  host.hangUp();
  assertStringIncludes(await visit(host.telnet!, "Eve"), "Goodbye, Eve");
  const { code: ended, stderr } = await host.stop();
  assertEquals(ended, 0);
  assertMatch(stderr, /SIGHUP: the files were read again/);
  assertMatch(stderr, /SIGHUP: all stays as it is: Cannot use .*host\.token/);
  assert(!stderr.includes("cmud_"), "a token is told");
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("SIGHUP has a host show another certificate at its doors, and trust another CA", async () => {
  using directory = new TempDirectory();
  const dir = `${directory.path}/own`;
  const { ca, cert, key } = await makeCertificate(dir);
  const other = await makeCertificate(`${directory.path}/other`);
  const tls = ["--tls-cert", cert, "--tls-key", key];
  const server = await startServerProcess(tls);
  const host = await startHostProcess(
    ...["--telnet", "127.0.0.1:0", "--server", server.ready.queryAddresses[0]],
    ...["--tls-ca", ca, ...tls],
  );
  assertStringIncludes(await greeting(host.telnet!, ca), "Name: ");
  // A key of another certificate changes nothing.
  await Deno.copyFile(other.key, key);
  host.hangUp();
  await Deno.copyFile(other.cert, cert);
  await Deno.writeTextFile(ca, await Deno.readTextFile(ca) + await Deno.readTextFile(other.ca));
  await until("the other certificate is shown", async () => {
    host.hangUp();
    return await greeting(host.telnet!, other.ca).then(
      (text) => text.includes("Name: "),
      () => false,
    );
  }, patience);
  const { code, stderr } = await host.stop();
  assertEquals(code, 0);
  assert(!stderr.includes("PRIVATE"), stderr);
  assertEquals(await server.end("SIGTERM"), 0);
});

Deno.test("SIGHUP stops a host that has no such file, as SIGTERM does", async () => {
  const server = await startServerProcess();
  const [address] = server.ready.queryAddresses;
  const host = await startHostProcess("--telnet", "127.0.0.1:0", "--server", address);
  host.hangUp();
  assertEquals((await host.end()).code, 0);
  assertEquals(await server.end("SIGTERM"), 0);
});

testUnless(
  canAskForCertificates() ? undefined : "Deno that asks clients for certificates",
  "a host shows servers its certificate, and asks players for theirs",
  async () => {
    using directory = new TempDirectory();
    const servers = await makeCertificate(`${directory.path}/servers`);
    const players = await makeCertificate(`${directory.path}/players`);
    const server = await startServerProcess(
      ["--tls-cert", servers.cert, "--tls-key", servers.key, "--tls-client-ca", servers.ca],
    );
    const doors = [
      ...["--telnet", "127.0.0.1:0", "--server", server.ready.queryAddresses[0]],
      ...["--tls-cert", players.cert, "--tls-key", players.key, "--tls-client-ca", players.ca],
      ...["--tls-ca", servers.ca],
    ];
    // The certificate of its doors is of a CA that the server does not know.
    await assertRejects(() => startHostProcess(...doors), Error, "certificate");
    const own = ["--client-cert", servers.cert, "--client-key", servers.key];
    const host = await startHostProcess(...doors, ...own);
    assertStringIncludes(await greeting(host.telnet!, players.ca, players), "Name: ");
    await assertRejects(async () => {
      const text = await greeting(host.telnet!, players.ca);
      throw new Error(`said without a certificate: "${text}"`, { cause: text });
    });
    const { code, stderr } = await host.stop();
    assertEquals(code, 0);
    assertMatch(stderr, /No TLS connection of .* to the telnet port comes about/);
    assertEquals(await server.end("SIGTERM"), 0);
  },
);
