/** Servers that keep no data start again by the line that they were started with: real processes. */

import { Client } from "../../kvclient/mod.ts";
import { type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";

/** The figure that is promised, and what a busy machine takes for the start of a process. */
const timeoutMs = 5_000 + 10_000;

/** The command lines of the cluster of the README, and of one more that joins the second server. */
function lines(): string[][] {
  const [first, second, third] = [freePorts(2), freePorts(2), freePorts(2)];
  return [
    ["--port", `${first}`],
    ["--port", `${second}`, "--join", `127.0.0.1:${first}`, "--simulate-latency", "100"],
    ["--port", `${third}`, "--join", `127.0.0.1:${second}`],
  ];
}

async function holdsAll({ ready }: ServerProcess, keys: readonly string[]): Promise<boolean> {
  await using client = new Client(ready.queryAddresses[0]);
  const held = await client.list("");
  return keys.every((key) => held.has(key));
}

async function put({ ready }: ServerProcess, key: string): Promise<void> {
  await using client = new Client(ready.queryAddresses[0]);
  await client.put(key, "value");
}

Deno.test("any server of a cluster that is killed and started again by its line has everything", async () => {
  const commands = lines();
  const servers: ServerProcess[] = [];
  const keys: string[] = [];
  const untilAllHoldAll = () =>
    until("all servers hold all", async () => {
      const held = await Promise.all(servers.map((server) => holdsAll(server, keys)));
      return held.every((holds) => holds);
    }, { timeoutMs });
  try {
    for (const [i, command] of commands.entries()) {
      servers.push(await startServerProcess(command));
      await put(servers[i], `key ${i}`);
      keys.push(`key ${i}`);
    }
    await untilAllHoldAll();
    for (const [i, command] of commands.entries()) {
      await servers[i].end("SIGKILL");
      servers[i] = await startServerProcess(command);
      await put(servers[i], `again ${i}`);
      keys.push(`again ${i}`);
      await untilAllHoldAll();
    }
  } finally {
    await Promise.all(servers.map((server) => server.end("SIGTERM").catch(() => {})));
  }
});
