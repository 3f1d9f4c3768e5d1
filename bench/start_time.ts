import { denoArguments } from "./own_process.ts";

/**
 * Runs this program over and over, one process after the other.
 *
 * @param signal ends the one that runs when it is aborted
 * @returns the milliseconds from start to exit, in order of size
 * @throws {Error} when it ends with a code other than 0.
 */
export async function measureStart(
  args: readonly string[],
  times: number,
  signal?: AbortSignal,
): Promise<number[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...denoArguments, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal,
  });
  const timesMs: number[] = [];
  // The first one finds cold caches.
  for (let i = -1; i < times; i++) {
    signal?.throwIfAborted();
    const startMs = performance.now();
    const { code } = await command.output();
    if (code !== 0) throw new Error(`cmud ${args.join(" ")} ended with ${code}`);
    if (i >= 0) timesMs.push(performance.now() - startMs);
  }
  return timesMs.sort((a, b) => a - b);
}
