import { assertEquals, assertStringIncludes } from "../deps.ts";
import { lackingLinux, testUnless } from "../support/needs.ts";
import { denoArguments, spawnCmud, startServerProcess } from "../support/app/cmud_process.ts";

Deno.test("a command ends with its own exit code when nobody reads stderr", async () => {
  const child = spawnCmud(["kv", "get", "k", "--server", "127.0.0.1:1"]);
  await child.stderr.cancel();
  const [{ code }] = await Promise.all([child.status, child.stdout.cancel()]);
  assertEquals(code, 69);
});

Deno.test("a server goes on, and stops in order, when nobody reads stderr", async () => {
  const server = await startServerProcess();
  await server.child.stderr.cancel();
  const joining = await startServerProcess(["--join", server.ready.address]);
  assertEquals(await joining.end("SIGTERM"), 0);
  server.child.kill("SIGTERM");
  assertEquals((await server.child.status).code, 0);
  await server.end().catch(() => {});
});

Deno.test("a command ends with 0 when nobody reads its results any more", async () => {
  const server = await startServerProcess();
  const args = ["--server", server.ready.queryAddresses[0]];
  const put = spawnCmud(["kv", "put", "k", "v".repeat(100_000), ...args]);
  await Promise.all([put.status, put.stdout.cancel(), put.stderr.cancel()]);
  const list = spawnCmud(["kv", "list", ...args]);
  await list.stdout.cancel();
  const [{ code }, stderr] = await Promise.all([list.status, new Response(list.stderr).text()]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await server.end("SIGTERM");
});

Deno.test("kv watch ends with 0 at the next change when nobody reads it any more", async () => {
  const server = await startServerProcess();
  const args = ["--server", server.ready.queryAddresses[0]];
  const watch = spawnCmud(["kv", "watch", ...args]);
  const errors = watch.stderr.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes((await errors.read()).value!, "Watching");
  await watch.stdout.cancel();
  const put = spawnCmud(["kv", "put", "k", "v", ...args]);
  await Promise.all([put.status, put.stdout.cancel(), put.stderr.cancel()]);
  const [{ code }, { done }] = await Promise.all([watch.status, errors.read()]);
  assertEquals({ code, done }, { code: 0, done: true });
  await server.end("SIGTERM");
});

testUnless(
  lackingLinux,
  "a command says so when its results cannot be written",
  async () => {
    const command = [Deno.execPath(), ...denoArguments, "completion", "bash"].join(" ");
    const child = new Deno.Command("sh", { args: ["-c", `${command} > /dev/full`] });
    const { code, stderr } = await child.output();
    assertEquals({ code, stderr: new TextDecoder().decode(stderr) }, {
      code: 70,
      stderr: "cmud: Cannot write to stdout: No space left on device\n",
    });
  },
);

const codeBySignal = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGQUIT", 131],
  ["SIGTERM", 143],
] as const;

for (const [signal, code] of codeBySignal) {
  Deno.test(`a command ends with ${code} on ${signal}`, async () => {
    const server = await startServerProcess();
    const watch = spawnCmud(["status", "--watch", "--server", server.ready.queryAddresses[0]]);
    const reader = watch.stdout.getReader();
    await reader.read();
    watch.kill(signal);
    const { code: found } = await watch.status;
    await Promise.all([reader.cancel(), watch.stderr.cancel()]);
    assertEquals(found, code);
    await server.end("SIGTERM");
  });
}
