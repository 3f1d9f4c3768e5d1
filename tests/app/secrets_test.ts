import { assert, assertEquals } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { startHostProcess } from "../support/app/host_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { makeToken } from "../support/tokens.ts";

/** The words of all processes, which everybody on this machine sees. */
async function whatPsTells(): Promise<string> {
  const words = "cat /proc/[0-9]*/cmdline 2> /dev/null || ps -eww -o args";
  const { stdout } = await new Deno.Command("bash", { args: ["-c", words], stdin: "null" })
    .output();
  return new TextDecoder().decode(stdout);
}

/** The text of a response that may never end, as far as it comes with the first part. */
async function beginningOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return await response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

Deno.test("no token and no key is in what two servers and their clients say, nor in what they keep", async () => {
  using directory = new TempDirectory();
  const dir = directory.path;
  const secrets: string[] = [];
  const made = await runCmud(["cert", "--dir", dir, "127.0.0.1"]);
  const heard = [made.stdout, made.stderr];
  const files: Record<string, string> = {};
  for (const role of ["read", "admin", "peer"]) {
    files[role] = `${dir}/${role}.token`;
    const words = [
      "token",
      "new",
      "--name",
      role,
      "--role",
      role,
      "--auth-file",
      `${dir}/auth.toml`,
    ];
    assertEquals((await runCmud([...words, "--token-file", files[role]])).code, 0);
    secrets.push((await Deno.readTextFile(files[role])).trim());
  }
  for (const name of ["ca", "127.0.0.1"]) {
    const key = await Deno.readTextFile(`${dir}/${name}.key`);
    secrets.push(...key.split("\n").filter((line) => line.length > 40 && !line.startsWith("-")));
  }
  const wrong = makeToken("admin").token;
  secrets.push(wrong);
  await Deno.writeTextFile(`${dir}/wrong.token`, wrong);
  assertEquals(secrets.length >= 6, true);

  const ca = ["--tls-ca", `${dir}/ca.pem`];
  const tls = ["--tls-cert", `${dir}/127.0.0.1.pem`, "--tls-key", `${dir}/127.0.0.1.key`, ...ca];
  const guard = [...tls, "--auth-file", `${dir}/auth.toml`, "--token-file", files.peer];
  const options = [...guard, "--log-level", "debug", "--http", "127.0.0.1:0"];
  const printed = await runCmud(["server", ...options, "--print-config"]);
  heard.push(printed.stdout, printed.stderr);
  const first = await startServerProcess([...options, "--data-dir", `${dir}/first`]);
  const second = await startServerProcess([
    ...[...options, "--data-dir", `${dir}/second`],
    ...["--join", first.ready.address],
  ]);
  heard.push(JSON.stringify([first.ready, second.ready]));
  for (const token of [...Object.values(files), `${dir}/wrong.token`, undefined]) {
    const shown = token === undefined ? [] : ["--token-file", token];
    for (
      const command of [
        ["kv", "put", "key", "value"],
        ["kv", "list"],
        ["kv", "export"],
        ["status", "--json"],
        ["members", "--json"],
        ["check"],
      ]
    ) {
      const at = ["--server", first.ready.queryAddresses[0], ...ca];
      const { stdout, stderr } = await runCmud([...command, ...at, ...shown]);
      heard.push(stdout, stderr);
    }
  }
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${dir}/ca.pem`)] });
  const host = await startHostProcess(
    ...["--web", "127.0.0.1:0", "--telnet", "127.0.0.1:0", ...tls, "--log-level", "debug"],
    ...["--server", first.ready.queryAddresses[0], "--token-file", files.admin],
  );
  const processes = await whatPsTells();
  assert(processes.includes("--token-file"), "the servers are not seen");
  heard.push(processes);
  const page = ["/", "/page.js", "/page.css", "/api/live"];
  for (const path of ["/metrics", "/api/stats", "/api/members", "/healthz", "/none", ...page]) {
    for (const token of [secrets[0], wrong, ""]) {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await fetch(`https://${first.ready.http}${path}`, { client, headers });
      heard.push(JSON.stringify([...response.headers]), await beginningOf(response));
    }
  }
  for (const path of ["/", "/play", "/none"]) {
    const response = await fetch(`https://${host.web}${path}`, { client });
    heard.push(JSON.stringify([...response.headers]), await response.text());
  }
  for (const server of [host, second, first]) {
    const { code, stderr } = await server.stop();
    assertEquals(code, 0);
    heard.push(stderr);
  }
  for (const name of ["first", "second"]) {
    for await (const { name: file, isFile } of Deno.readDir(`${dir}/${name}`)) {
      if (!isFile) continue;
      heard.push(new TextDecoder("latin1").decode(await Deno.readFile(`${dir}/${name}/${file}`)));
    }
  }
  // What a process leaves that fails; none of these has.
  for (const { name } of [...Deno.readDirSync(dir), ...Deno.readDirSync(".")]) {
    assert(!/^core(\.\d+)?$/.test(name), `there is a ${name}`);
  }
  assert(heard.join("").length > 10_000);
  const found = secrets.filter((secret) => heard.some((text) => text.includes(secret)));
  assertEquals(found.length, 0);
});
