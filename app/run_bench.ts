import { fill, measureTells, runLoad, startServerProcess } from "../bench/mod.ts";
import type { Invocation } from "./command_spec.ts";
import type { Console } from "./console.ts";
import { exitCodeOfSignal, exitCodes } from "./exit_codes.ts";
import { styleFor } from "./style.ts";

const connections = 50;
const depths = [1, 16] as const;
const methods = ["Get", "Put"] as const;

/** A line of the result. */
interface Measurement {
  name: string;
  perSecond: number;
  connections?: number;
  depth?: number;
  p50Us?: number;
  p99Us?: number;
}

/** Measures, and prints each result as it comes. */
export async function runBench({ options, console }: Invocation): Promise<number> {
  const { bold } = styleFor(console, "stdout", options);
  const print = (measurement: Measurement) => {
    console.out(options.json ? JSON.stringify(measurement) + "\n" : row(measurement) + "\n");
  };
  if (!options.json) console.out(bold(header) + "\n");
  const seconds = options.seconds as number | undefined ?? 2;
  await measureQueries(
    seconds,
    options.connections as number | undefined ?? connections,
    console,
    print,
  );
  print({ name: "Tell", perSecond: Math.round(await measureTells(seconds)) });
  return exitCodes.ok;
}

async function measureQueries(
  seconds: number,
  connections: number,
  console: Console,
  print: (measurement: Measurement) => void,
): Promise<void> {
  const server = await startServerProcess(1);
  const release = console.onStopSignal((signal) => {
    server.stop().finally(() => console.exit(exitCodeOfSignal(signal)));
  });
  try {
    const [address] = server.queryAddresses;
    await fill(address);
    for (const depth of depths) {
      for (const method of methods) {
        const load = await runLoad({ address, method, connections, depth, seconds });
        print({
          name: method,
          connections,
          depth,
          perSecond: Math.round(load.requestsPerSecond),
          p50Us: Math.round(load.p50Us),
          p99Us: Math.round(load.p99Us),
        });
      }
    }
  } finally {
    release();
    await server.stop();
  }
}

const columns = [
  ["what", 6],
  ["connections", 11],
  ["depth", 5],
  ["per second", 12],
  ["p50 µs", 8],
  ["p99 µs", 8],
] as const;
const header = cells(columns.map(([title]) => title));

function row({ name, connections, depth, perSecond, p50Us, p99Us }: Measurement): string {
  const perSecondText = perSecond.toLocaleString("en-US");
  return cells([name, connections, depth, perSecondText, p50Us, p99Us]);
}

function cells(values: readonly (string | number | undefined)[]): string {
  return values.map((value, i) => {
    const text = String(value ?? "");
    return i === 0 ? text.padEnd(columns[i][1]) : text.padStart(columns[i][1]);
  }).join("  ").trimEnd();
}
