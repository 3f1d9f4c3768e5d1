import config from "../deno.json" with { type: "json" };

/** Another process of this very program. */
export interface OwnProcess {
  pid: number;
  /** What it printed when it was ready. */
  firstLine: string;
  /** Asks it to stop; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts this program once more, compiled or not; resolves when it has printed a line.
 *
 * @param signal ends the process when it is aborted
 * @throws {Error} when it ends before it prints one.
 */
export async function startOwnProcess(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<OwnProcess> {
  signal?.throwIfAborted();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...denoArguments, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = lastTextOf(child.stderr);
  const end = () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  signal?.addEventListener("abort", end);
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const stop = async () => {
    signal?.removeEventListener("abort", end);
    end();
    await output.cancel();
    await complaints;
    await child.status;
  };
  try {
    let firstLine = "";
    while (!firstLine.includes("\n")) {
      const { value, done } = await output.read();
      if (done) {
        throw new Error(`Cannot start cmud ${args.join(" ")}: ${(await complaints).trim()}`);
      }
      firstLine += value;
    }
    return { pid: child.pid, firstLine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The end of what a process says on stderr, when it has ended. */
async function lastTextOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stderr.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-1_000);
  }
  return text;
}

/** What stands before the program's arguments: nothing when it is compiled, else as for the server. */
export const denoArguments: readonly string[] = Deno.build.standalone ? [] : [
  "run",
  "--quiet",
  ...config.tasks.permissions.command.split(" ").slice(1),
  import.meta.resolve("../main.ts"),
];
