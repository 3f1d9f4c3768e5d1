/** A server that is told how far behind others may be. */

import { Client, RpcError } from "../../kvclient/mod.ts";
import { assertEquals, assertStringIncludes } from "../deps.ts";
import { startServerProcess } from "../support/app/cmud_process.ts";
import { until } from "../support/until.ts";

/** With this delay another server is always a while behind. */
const latencyMs = 250;

Deno.test("server --max-lag refuses Puts as overloaded while another server is behind, answers all else, and takes them again", async () => {
  const first = await startServerProcess([
    ...["--max-lag", `${latencyMs / 2}ms`, "--simulate-latency", `${latencyMs}`],
  ]);
  const second = await startServerProcess(["--join", first.ready.address]);
  try {
    await using client = new Client(first.ready.queryAddresses[0], { retries: 0 });
    await using other = new Client(second.ready.queryAddresses[0], { retries: 0 });
    const refusal = async () => {
      try {
        await client.put("key", "value");
      } catch (error) {
        if (error instanceof RpcError && error.code === "overloaded") return error.message;
        throw error;
      }
    };
    let message: string | undefined;
    await until("a Put is refused", async () => (message = await refusal()) !== undefined);
    assertStringIncludes(message!, `Peer ${second.ready.address} has not kept up`);
    assertEquals(await client.get("key"), "value");
    await other.put("elsewhere", "value");
    // Nothing more waits now.
    await until("the other one has it", async () => await other.get("key") === "value");
    await until("a Put is taken", async () => await refusal() === undefined);
  } finally {
    await Promise.all([first.end("SIGTERM"), second.end("SIGTERM")]);
  }
});
