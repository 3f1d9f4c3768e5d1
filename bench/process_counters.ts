import process from "node:process";

/** What the operating system has counted of a process, all its threads together. */
export interface ProcessCounters {
  /** Processor time so far, in seconds. */
  cpuSeconds: number;
  /** Memory that it has at hand. */
  rssBytes: number;
}

/** Reads the counters of a process. @returns nothing where there is no Linux to ask. */
export async function countersOf(pid: number): Promise<ProcessCounters | undefined> {
  const text = await readProc(`/proc/${pid}/stat`, `/proc/${pid}/status`);
  return text === undefined ? undefined : parseCounters(text);
}

/**
 * Reads how long the processors of this machine have been busy so far, all together, in seconds.
 *
 * @returns nothing where there is no Linux to ask.
 */
export async function machineBusySeconds(): Promise<number | undefined> {
  const text = await readProc("/proc/stat");
  if (text === undefined) return undefined;
  const [user, nice, system, , , irq, softirq, steal] = text.split("\n", 1)[0].split(/ +/).slice(1);
  const ticks = [user, nice, system, irq, softirq, steal].reduce((sum, n) => sum + Number(n), 0);
  return ticks / ticksPerSecond;
}

/** Reads files of the system behind one another; nothing where there are none. */
async function readProc(...paths: string[]): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  // Deno opens these files only to programs that may do everything.
  const { success, stdout } = await new Deno.Command("cat", { args: paths, stderr: "null" })
    .output();
  return success ? new TextDecoder().decode(stdout) : undefined;
}

/** Takes `/proc/PID/stat` and `/proc/PID/status` apart. */
export function parseCounters(text: string): ProcessCounters {
  // The name of the program may contain anything; behind its parenthesis come numbers.
  const [stat] = text.split("\n", 1);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks, systemTicks] = [fields[11], fields[12]].map(Number);
  const [, kib] = /^VmRSS:\s*(\d+) kB$/m.exec(text)!;
  return { cpuSeconds: (userTicks + systemTicks) / ticksPerSecond, rssBytes: Number(kib) * 1024 };
}

/** Linux tells times to programs in hundredths of a second, whatever it counts in. */
const ticksPerSecond = 100;

/** Processor time of this process so far, in seconds. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
