import { parseAddress } from "../rpc/mod.ts";
import type { LoadResult } from "./load.ts";
import type { LoadTarget } from "./load_target.ts";

/** What such a program counts: requests in all and a second, microseconds, its own processor time. */
const figures = ["requests", "rps", "p50_us", "p99_us", "cpu_s"] as const;

/** A load that another program makes. */
export interface ExternalLoadOptions {
  /**
   * The program and its arguments. In these `{protocol}` stands for `cmud` or `resp`, `{ports}` for
   * the ports with commas between them, `{puts}` for the percentage of Puts; `{connections}`,
   * `{depth}` and `{seconds}` for themselves. It prints a line of JSON with the `figures`.
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
 * @throws {Error} when it cannot be started, says that something failed, or prints something else.
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
  const printed = await outputOf(program, args, signal);
  const after = await target.counters();
  const { requests, rps, p50_us, p99_us, cpu_s } = figuresIn(printed, program);
  return {
    requestsPerSecond: rps,
    p50Us: p50_us,
    p99Us: p99_us,
    serverCpuUs: before && after && (after.cpuSeconds - before.cpuSeconds) / requests * 1e6,
    loadCpuShare: cpu_s / requests * rps,
  };
}

async function outputOf(program: string, args: string[], signal?: AbortSignal): Promise<string> {
  const { success, code, stdout, stderr } = await run(program, args, signal);
  const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (success) return printed;
  throw new Error(`Cannot make a load: ${program} ended with ${code}${said && `: ${said}`}`);
}

async function run(program: string, args: string[], signal?: AbortSignal) {
  try {
    return await new Deno.Command(program, { args, signal }).output();
  } catch (cause) {
    throw new Error(`Cannot make a load: ${(cause as Error).message}`, { cause });
  }
}

function figuresIn(printed: string, program: string): Record<typeof figures[number], number> {
  try {
    const found = JSON.parse(printed);
    if (figures.every((name) => typeof found[name] === "number")) return found;
  } catch {
    // It is no JSON: what it is instead, is said below.
  }
  throw new Error(
    `Cannot read a load's figures: ${program} printed ${JSON.stringify(printed.slice(0, 80))}, ` +
      `allowed is a line of JSON with ${figures.join(", ")}`,
  );
}
