import { assertEquals } from "../deps.ts";
import { spawnCmud, startServerProcess } from "./cmud_process.ts";

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

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
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
