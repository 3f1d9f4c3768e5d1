import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { missing, testUnless } from "../support/needs.ts";
import { until } from "../support/until.ts";

/** Makes certificates. @returns the options of a server and of a client that use them. */
async function makeFiles(dir: string, name = "127.0.0.1") {
  const { code, stdout, stderr } = await runCmud(["cert", "--dir", dir, name]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, `${dir}/${name}.pem\n${dir}/${name}.key\n`);
  const ca = ["--tls-ca", `${dir}/ca.pem`];
  return {
    ca,
    server: ["--tls-cert", `${dir}/${name}.pem`, "--tls-key", `${dir}/${name}.key`, ...ca],
  };
}

Deno.test("cmud cert makes a CA once, and certificates that it vouches for", async () => {
  using directory = new TempDirectory();
  const dir = `${directory.path}/certs`;
  await makeFiles(dir);
  const authority = await Deno.readTextFile(`${dir}/ca.pem`);
  const { code } = await runCmud(["cert", "--dir", dir, "tokyo.example,203.0.113.7", "::1"]);
  assertEquals(code, 0);
  assertEquals(await Deno.readTextFile(`${dir}/ca.pem`), authority);
  for (const name of ["ca", "127.0.0.1", "tokyo.example", "::1"]) {
    assertEquals((await Deno.stat(`${dir}/${name}.key`)).mode! & 0o777, 0o600, name);
  }
});

Deno.test("cmud cert writes keys to files of its own, whatever others have put in their place", async () => {
  using directory = new TempDirectory();
  const dir = `${directory.path}/certs`;
  await Deno.mkdir(dir);
  const letter = `${directory.path}/letter`;
  await Deno.writeTextFile(letter, "dear");
  for (const name of ["ca.key.new", "127.0.0.1.key"]) await Deno.symlink(letter, `${dir}/${name}`);
  const readByAll = `${dir}/127.0.0.1.key.new`;
  await Deno.writeTextFile(readByAll, "");
  await Deno.chmod(readByAll, 0o666);
  await makeFiles(dir);
  assertEquals(await Deno.readTextFile(letter), "dear");
  for (const name of ["ca.key", "127.0.0.1.key"]) {
    const { isFile, mode } = await Deno.lstat(`${dir}/${name}`);
    assertEquals([isFile, mode! & 0o777], [true, 0o600], name);
  }
});

testUnless(
  missing("openssl"),
  "what cmud cert makes is in order for openssl, to the letter",
  async () => {
    using directory = new TempDirectory();
    const dir = `${directory.path}/certs`;
    await makeFiles(dir, "tokyo.example");
    const verify = ["verify", "-x509_strict", "-CAfile", `${dir}/ca.pem`];
    const { stdout, stderr } = await new Deno.Command("openssl", {
      args: [...verify, "-verify_hostname", "tokyo.example", `${dir}/tokyo.example.pem`],
    }).output();
    assertMatch(new TextDecoder().decode(stdout), /: OK\n$/, new TextDecoder().decode(stderr));
  },
);

Deno.test("cmud cert tells what is wrong, and ends with 64", async () => {
  using directory = new TempDirectory();
  const { path } = directory;
  const cases: [string[], RegExp][] = [
    [["tokyo.example:6000"], /without ports/],
    [["../tokyo"], /without ports/],
    [["a,"], /Cannot make a certificate for ""/],
    [["ca"], /Cannot make a certificate for "ca"/],
    [["--days", "0", "a"], /1 to 3650/],
  ];
  for (const [words, said] of cases) {
    const { code, stderr } = await runCmud(["cert", "--dir", path, ...words]);
    assertEquals(code, 64);
    assertMatch(stderr, said);
  }
  await makeFiles(path);
  await Deno.writeTextFile(
    `${path}/ca.key`,
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  );
  const broken = await runCmud(["cert", "--dir", path, "a"]);
  assertEquals(
    [broken.code, /Cannot use the CA in /.test(broken.stderr)],
    [64, true],
    broken.stderr,
  );
  await Deno.remove(`${path}/ca.key`);
  const { code, stderr } = await runCmud(["cert", "--dir", path, "a"]);
  assertEquals(code, 64);
  assertMatch(stderr, /of ca\.pem and ca\.key there is one alone/);
});

Deno.test("a server with a certificate is asked with --tls-ca, and a wrong one is told of", async () => {
  using directory = new TempDirectory();
  const dir = `${directory.path}/certs`;
  const { ca, server: words } = await makeFiles(dir);
  const other = await makeFiles(`${directory.path}/other`);
  const server = await startServerProcess([...words, "--http", "127.0.0.1:0"]);
  const at = ["--server", server.ready.queryAddresses[0]];
  assertEquals((await runCmud(["kv", "put", "key", "value", ...at, ...ca])).code, 0);
  const env = { CMUD_TLS_CA: `${dir}/ca.pem` };
  assertEquals((await runCmud(["kv", "get", "key", ...at], { env })).stdout, "value\n");
  for (const command of ["status", "members", "check"]) {
    assertEquals((await runCmud([command, ...at, ...ca])).code, 0, command);
  }
  const cases: [string[], RegExp][] = [
    [[], /speaks TLS.*--tls/],
    [["--tls"], /of no CA that is trusted here/],
    [other.ca, /of no CA that is trusted here/],
  ];
  for (const [more, said] of cases) {
    const { code, stderr } = await runCmud(["kv", "get", "key", ...at, ...more]);
    assertEquals(code, 69);
    assertMatch(stderr, said);
    // The server is there, and there is nothing to wait for.
    assert(!/try again/.test(stderr), stderr);
  }
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${dir}/ca.pem`)] });
  const response = await fetch(`https://${server.ready.http}/healthz`, { client });
  assertEquals(await response.text(), "ok\n");
  // Another CA takes over, without a restart.
  for (const file of ["127.0.0.1.pem", "127.0.0.1.key"]) {
    await Deno.copyFile(`${directory.path}/other/${file}`, `${dir}/${file}`);
  }
  server.child.kill("SIGHUP");
  await until(
    "the other certificate is shown",
    async () => (await runCmud(["kv", "get", "key", ...at, ...other.ca])).code === 0,
  );
  const { code, stderr } = await server.stop();
  assertEquals(code, 0);
  assert(!stderr.includes("PRIVATE"), stderr);
});

Deno.test("what is wrong with the files of TLS is told, and ends with 64", async () => {
  using directory = new TempDirectory();
  const dir = directory.path;
  const { server } = await makeFiles(dir);
  const [, cert, , key] = server;
  const cases: [string[], string][] = [
    [["--tls-cert", cert], "without both --tls-cert and --tls-key"],
    [["--tls-ca", `${dir}/ca.pem`], "without both --tls-cert and --tls-key"],
    [["--tls-cert", cert, "--tls-key", `${dir}/none`], "Cannot read"],
    [["--tls-cert", key, "--tls-key", key], "it has not a certificate in PEM in it"],
    [["--tls-cert", cert, "--tls-key", cert], "it has not a private key in PEM in it"],
  ];
  for (const [words, said] of cases) {
    const { code, stderr } = await runCmud(["server", "--port", "0", ...words]);
    assertEquals(code, 64, stderr);
    assertStringIncludes(stderr, said);
    assert(!stderr.includes("-----BEGIN"), stderr);
  }
});
