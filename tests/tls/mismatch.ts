/**
 * What both ends see where one speaks TLS and the other one does not: within a second, whatever the port is for.
 *
 * @module
 */

import { parseAddress, TlsError, TlsTransport } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../deps.ts";
import type { MemoryLog } from "../support/memory_log.ts";
import { until } from "../support/until.ts";
import { trusting } from "./certificates.ts";

const deadlineMs = 1_000;

async function withinDeadline(act: () => Promise<void>): Promise<void> {
  const startMs = performance.now();
  await act();
  assert(performance.now() - startMs < deadlineMs, "it takes longer than a second");
}

/** Sends `first` without TLS to a port that speaks it, and is told. */
export function speakPlainly(address: string, first: Uint8Array): Promise<void> {
  return withinDeadline(async () => {
    using conn = await Deno.connect(parseAddress(address));
    await conn.write(first);
    const answer = new Uint8Array(await new Response(conn.readable).arrayBuffer());
    // An alert of TLS is all that it is told, and then the end.
    assertEquals([...answer.subarray(0, 2)], [0x15, 3]);
  });
}

/** Speaks TLS to a port that does not, and is told. */
export function speakTls(address: string): Promise<void> {
  return withinDeadline(async () => {
    const { message } = await assertRejects(
      () => new TlsTransport(trusting).connect(address),
      TlsError,
    );
    assertMatch(message, /speaks? no TLS/);
  });
}

/** Waits until the log says something of a port. */
export async function logged(log: MemoryLog, port: string, said: string): Promise<void> {
  await until(
    `the log says of ${port} that ${said}`,
    () => log.lines.some((line) => line.includes(port) && line.includes(said)),
    { timeoutMs: deadlineMs },
  );
}
