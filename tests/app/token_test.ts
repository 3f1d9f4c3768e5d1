import { isToken } from "../../access/mod.ts";
import { parseAuthFile } from "../../app/settings/auth_file.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";
import { deadAddress } from "./with_server.ts";

/** Makes a token in files. @returns its path */
async function makeFiles(
  directory: TempDirectory,
  name: string,
  role: string,
  ...more: string[]
): Promise<string> {
  const path = `${directory.path}/${name}.token`;
  const words = ["token", "new", "--name", name, "--role", role, ...more];
  const files = ["--auth-file", `${directory.path}/auth.toml`, "--token-file", path];
  assertEquals(await runCmud([...words, ...files]), { code: 0, stdout: "", stderr: "" });
  return path;
}

Deno.test("cmud token new prints the token once, and the entry that lets it in", async () => {
  const words = ["token", "new", "--name", "ada", "--role", "write"];
  const { code, stdout } = await runCmud([...words, "--prefix", "a:", "--prefix", "b:"]);
  assertEquals(code, 0);
  const [token, ...entry] = stdout.split("\n");
  assert(isToken(token));
  const [parsed] = await parseAuthFile(entry.join("\n"), "");
  assertEquals([parsed.name, parsed.role, parsed.prefixes], ["ada", "write", ["a:", "b:"]]);
  assert(!entry.join("").includes(token));
});

Deno.test("cmud token new tells what is wrong, and ends with 64", async () => {
  const cases: [string[], RegExp][] = [
    [["--role", "read"], /without --name/],
    [["--name", "ada"], /without --role/],
    [["--name", "ada", "--role", "raed"], /Cannot use --role: .*did you mean read/],
    [["--name", "a b", "--role", "read"], /Cannot use --name/],
    [["--name", "ada", "--role", "admin", "--prefix", "a"], /Cannot use --prefix/],
    [["--name", "ada", "--role", "read", "--auth-file", "/"], /Cannot read \//],
    [["--name", "ada", "--role", "read", "--auth-file", "/none/auth.toml"], /Cannot write \/none/],
  ];
  for (const [words, said] of cases) {
    const { code, stdout, stderr } = await runCmud(["token", "new", ...words]);
    assertEquals([code, stdout], [64, ""]);
    assertMatch(stderr, said);
  }
});

Deno.test("cmud token new leaves no token where its entry could not be written", async () => {
  using directory = new TempDirectory();
  const [token, auth] = [`${directory.path}/ada.token`, `${directory.path}/none/auth.toml`];
  const words = ["token", "new", "--name", "ada", "--role", "read", "--token-file", token];
  const { code, stdout, stderr } = await runCmud([...words, "--auth-file", auth]);
  assertEquals([code, stdout], [64, ""]);
  assertMatch(stderr, /Cannot write .*\/none\/auth.toml/);
  assertEquals([...Deno.readDirSync(directory.path)], []);
});

Deno.test("only the owner may read what cmud token new writes, and nothing is written over", async () => {
  using directory = new TempDirectory();
  const path = await makeFiles(directory, "ada", "read");
  for (const file of [path, `${directory.path}/auth.toml`]) {
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  const again = ["token", "new", "--name", "bob", "--role", "read", "--token-file", path];
  assertEquals((await runCmud(again)).code, 64);
  const twice = ["token", "new", "--name", "ada", "--role", "read"];
  const { code, stderr } = await runCmud([...twice, "--auth-file", `${directory.path}/auth.toml`]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "token 2 has the name of an earlier one");
});

Deno.test("cmud token new leaves the mode of an auth file that is there as it is", async () => {
  using directory = new TempDirectory();
  const auth = `${directory.path}/auth.toml`;
  // The server may run as another user of the group.
  await Deno.writeTextFile(auth, "# tokens\n", { mode: 0o640 });
  const token = await makeFiles(directory, "ada", "read");
  const modes = await Promise.all([auth, token].map((path) => Deno.stat(path)));
  assertEquals(modes.map(({ mode }) => mode! & 0o777), [0o640, 0o600]);
});

Deno.test("a server with --auth-file lets in who shows a token, from a file or the environment", async () => {
  using directory = new TempDirectory();
  const read = await makeFiles(directory, "reader", "read");
  const write = await makeFiles(directory, "writer", "write");
  const own = await makeFiles(directory, "ada", "read", "--prefix", "ada:");
  const server = await startServerProcess(["--auth-file", `${directory.path}/auth.toml`]);
  const at = ["--server", server.ready.queryAddresses[0]];
  const put = ["kv", "put", "key", "value", ...at];
  const none = await runCmud(put);
  assertEquals(none.code, 64);
  assertMatch(none.stderr, /no token was shown.*\n.*--token-file/);
  assertEquals((await runCmud([...put, "--token-file", write])).code, 0);
  assertMatch((await runCmud([...put, "--token-file", read])).stderr, /the token's role is read/);
  const get = ["kv", "get", "key", ...at];
  assertEquals((await runCmud(get, { env: { CMUD_TOKEN_FILE: read } })).stdout, "value\n");
  const token = (await Deno.readTextFile(read)).trim();
  assertEquals((await runCmud(get, { env: { CMUD_TOKEN: token } })).stdout, "value\n");
  for (const command of [["status"], ["members"], ["check"], ["kv", "count"]]) {
    const { code, stderr } = await runCmud([...command, ...at, "--token-file", read]);
    assertEquals([code, stderr.includes(token)], [0, false], stderr);
    assertEquals((await runCmud([...command, ...at])).code, 64, command.join(" "));
  }
  const limited = await runCmud(["members", ...at], { env: { CMUD_TOKEN_FILE: own } });
  // What is not told is none, rather than nothing.
  assertMatch(limited.stdout.split("\n")[1], / self .* - +- +- +- .* - /);
  const { code, stderr } = await server.stop();
  assertEquals(code, 0);
  assert(!stderr.includes("cmud_"), "a token is logged");
});

Deno.test("a server whose own token is known to be of another role is told so, and does not start", async () => {
  using directory = new TempDirectory();
  const admin = await makeFiles(directory, "ada", "admin");
  const words = ["server", "--port", "0", "--auth-file", `${directory.path}/auth.toml`];
  const { code, stderr } = await runCmud([...words, "--token-file", admin, "--print-config"]);
  assertEquals(code, 0, stderr);
  const started = await runCmud([...words, "--token-file", admin, "--join", deadAddress()]);
  assertEquals(started.code, 64);
  assertMatch(started.stderr, /Cannot show other servers .*the token ada: its role is admin/);
});

Deno.test("what stands in place of a token is shown to nobody", async () => {
  using directory = new TempDirectory();
  const path = `${directory.path}/key.pem`;
  await Deno.writeTextFile(path, "secret of another kind\n");
  const { code, stderr } = await runCmud(["kv", "get", "key", "--token-file", path]);
  assertEquals(code, 64);
  assertMatch(stderr, /what is there is no token/);
  assert(!stderr.includes("secret of"), stderr);
  const missing = await runCmud(["kv", "get", "key", "--token-file", `${path}.not`]);
  assertEquals([missing.code, missing.stderr.includes("Cannot read")], [64, true]);
});

Deno.test("a token is shown to no other machine in the clear, and no port opened to all, unless asked for", async () => {
  using directory = new TempDirectory();
  const write = await makeFiles(directory, "writer", "write");
  const auth = `${directory.path}/auth.toml`;
  const cases: [string[], RegExp][] = [
    [["kv", "get", "k", "--server", "192.0.2.7:6001", "--token-file", write], /--insecure/],
    [["server", "--port", "0", "--host", "192.0.2.7"], /everybody who reaches it would get in/],
    [
      ["server", "--port", "0", "--host", "192.0.2.7", "--auth-file", auth],
      /whoever is in between would see them/,
    ],
    [
      ["server", "--port", "0", "--join", "192.0.2.7:6000", "--token-file", write],
      /whoever is in between would see them/,
    ],
    [["server", "--http", "192.0.2.7:80"], /everybody who reaches it would get in/],
  ];
  for (const [words, said] of cases) {
    const { code, stderr } = await runCmud(words);
    assertEquals(code, 64, words.join(" "));
    assertMatch(stderr, said);
  }
});

Deno.test("SIGHUP has a server read its auth file again; what it cannot read changes nothing", async () => {
  using directory = new TempDirectory();
  const [kept, gone] = [
    await makeFiles(directory, "kept", "read"),
    await makeFiles(directory, "gone", "read"),
  ];
  const auth = `${directory.path}/auth.toml`;
  const server = await startServerProcess(["--auth-file", auth, "--http", "127.0.0.1:0"]);
  const at = ["--server", server.ready.queryAddresses[0]];
  const ask = async (path: string) =>
    (await runCmud(["kv", "count", ...at, "--token-file", path])).code;
  const metrics = async (path: string) => {
    const headers = { Authorization: `Bearer ${(await Deno.readTextFile(path)).trim()}` };
    const response = await fetch(`http://${server.ready.http}/metrics`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await ask(kept), await ask(gone), await metrics(gone)], [0, 0, 200]);
  const text = await Deno.readTextFile(auth);
  await Deno.writeTextFile(auth, "[[token]");
  server.child.kill("SIGHUP");
  await Deno.writeTextFile(`${auth}.new`, text.slice(0, text.indexOf("[[token]]", 5)));
  await Deno.rename(`${auth}.new`, auth);
  await until("it is read again", async () => {
    server.child.kill("SIGHUP");
    return await ask(gone) === 64;
  }, { everyMs: 300 });
  assertEquals([await ask(kept), await metrics(gone), await metrics(kept)], [0, 401, 200]);
  const { code, stderr } = await server.stop();
  assertEquals(code, 0);
  assertMatch(stderr, /SIGHUP: the files were read again, 1 token is known/);
});

Deno.test("SIGHUP stops a server that has no such file, as SIGTERM does", async () => {
  const server = await startServerProcess();
  assertEquals(await server.end("SIGHUP"), 0);
});

const ignore = Deno.build.os !== "linux";
Deno.test("no token is on a command line", { ignore }, async () => {
  using directory = new TempDirectory();
  const peer = await makeFiles(directory, "peer", "peer");
  const auth = `${directory.path}/auth.toml`;
  const server = await startServerProcess(["--auth-file", auth, "--token-file", peer]);
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${server.child.pid}/cmdline`],
  }).output();
  const words = new TextDecoder().decode(stdout);
  assertStringIncludes(words, "--token-file");
  assert(!words.includes("cmud_"), words);
  assertEquals((await server.stop()).code, 0);
});
