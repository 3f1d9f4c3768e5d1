import { parseAddress } from "../rpc/mod.ts";
import type { LoadResult } from "./load.ts";
import type { LoadTarget } from "./load_target.ts";

/** A load that another program makes. */
export interface ExternalLoadOptions {
  /**
   * The program and its arguments. In these `{protocol}` stands for `cmud` or `resp`, `{ports}` for
   * the ports with commas between them, `{puts}` for the percentage of Puts; `{connections}`,
   * `{depth}` and `{seconds}` for themselves. It prints a line of JSON with `requests`, `rps`,
   * `p50_us`, `p99_us` and `cpu_s`.
   */
  command: string;
  method: "Get" | "Put";
  connections: number;
  depth: number;
  seconds: number;
  /** Ends it when it is aborted. */
  signal?: AbortSignal;
}

/**
 * Has another program load a server.
 *
 * @throws {Error} when it cannot be started, or says that something failed.
 */
export async function runExternalLoad(
  target: LoadTarget,
  { command, method, connections, depth, seconds, signal }: ExternalLoadOptions,
): Promise<LoadResult> {
  const values: Record<string, string> = {
    protocol: target.protocol.name,
    ports: target.addresses.map((address) => parseAddress(address).port).join(","),
    puts: method === "Put" ? "100" : "0",
    connections: String(connections),
    depth: String(depth),
    seconds: String(seconds),
  };
  const [program, ...args] = command.split(/\s+/).map((word) =>
    word.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
  );
  const before = await target.counters();
  const { success, stdout, stderr } = await new Deno.Command(program, { args, signal }).output();
  const after = await target.counters();
  if (!success) throw new Error(`The load failed: ${new TextDecoder().decode(stderr).trim()}`);
  const { requests, rps, p50_us, p99_us, cpu_s } = JSON.parse(new TextDecoder().decode(stdout));
  return {
    requestsPerSecond: rps,
    p50Us: p50_us,
    p99Us: p99_us,
    serverCpuUs: before && after && (after.cpuSeconds - before.cpuSeconds) / requests * 1e6,
    loadCpuShare: cpu_s / requests * rps,
  };
}
