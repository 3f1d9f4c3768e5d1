import { PrintedLines } from "./printed_lines.ts";

/** The folder of this build. */
const root = new URL("../../../", import.meta.url);

/** The environment in which the C library gives buffers back when they are freed, as docs/guarantees.md recommends. */
export const givingBack = { MALLOC_MMAP_THRESHOLD_: "16384", MALLOC_ARENA_MAX: "2" };

/** The arguments with which Deno runs the program: those of its tasks. @param build the folder that it is in */
export function denoArgumentsOf(build: URL = root): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", build)));
  const { permissions } = tasks;
  // 0.1.0 named them in each task.
  const flags = permissions === undefined
    ? tasks.server.command.match(/--(?:no-prompt|allow-\S+)/g)
    : permissions.command.split(" ").slice(1);
  return ["run", "--quiet", ...flags, new URL("main.ts", build).href];
}

/** Those of this build. */
export const denoArguments: readonly string[] = denoArgumentsOf();

/** How a process is started, beside its arguments. */
export interface SpawnOptions {
  readonly stdin?: "piped" | "null";
  /** The folder in which it runs. Default: that of this process. */
  readonly cwd?: string;
  /** What is in its environment beside what is in that of this process. */
  readonly env?: Record<string, string>;
  /** How many files it may have open, connections included. */
  readonly filesMax?: number;
  /** The folder of the program. Default: that of this build. */
  readonly build?: URL;
  /** What the runtime is told beside what its tasks tell it. */
  readonly runtimeFlags?: readonly string[];
}

/** Starts it. */
export function spawnCmud(
  args: readonly string[],
  { stdin = "null", cwd, env, filesMax, build, runtimeFlags = [] }: SpawnOptions = {},
): Deno.ChildProcess {
  const [run, ...others] = denoArgumentsOf(build);
  const words = [Deno.execPath(), run, ...runtimeFlags, ...others, ...args];
  const [program, ...rest] = filesMax === undefined
    ? words
    : ["sh", "-c", `ulimit -n ${filesMax}; exec "$@"`, "sh", ...words];
  return new Deno.Command(program, {
    args: rest,
    cwd,
    env,
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Starts it with `input`, waits for its end, and gives what it printed. */
export async function cmudProcess(
  args: readonly string[],
  input?: string,
  build = root,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdin = input === undefined ? "null" : "piped";
  const child = spawnCmud(args, { stdin, build });
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A running `cmud server --json`, which says where it listens. */
export interface ServerProcess {
  ready: {
    event: string;
    address: string;
    queryAddresses: string[];
    description: string;
    http?: string;
  };
  child: Deno.ChildProcess;
  /** The next line that it prints. */
  nextEvent(): Promise<{ event: string; address?: string }>;
  /** Resolves with the exit code when it has ended; ends it if it has not. */
  end(signal?: Deno.Signal): Promise<number>;
  /** Ends it in order. Resolves with the exit code, and all that it said. */
  stop(): Promise<{ code: number; stderr: string }>;
}

/** Starts a server process on free ports, as `spawnCmud` does; resolves when it is ready. */
export async function startServerProcess(
  args: readonly string[] = [],
  options: Omit<SpawnOptions, "stdin" | "cwd"> = {},
): Promise<ServerProcess> {
  const words = ["server", "--port", "0", "--actors", "1", "--json", ...args];
  const child = spawnCmud(words, options);
  const printed = new PrintedLines(child);
  const nextEvent = async () => JSON.parse(await printed.next());
  return {
    ready: await nextEvent(),
    child,
    nextEvent,
    async end(signal) {
      if (signal !== undefined) child.kill(signal);
      const [{ code }] = await Promise.all([
        child.status,
        printed.cancel(),
        child.stderr.cancel(),
      ]);
      return code;
    },
    async stop() {
      child.kill("SIGTERM");
      const [{ code }, stderr] = await Promise.all([
        child.status,
        new Response(child.stderr).text(),
        printed.cancel(),
      ]);
      return { code, stderr };
    },
  };
}
