import { spawnCmud } from "./cmud_process.ts";
import { PrintedLines } from "./printed_lines.ts";

/** A running `cmud host --json`, which says where its doors are. */
export interface HostProcess {
  readonly telnet?: string;
  readonly web?: string;
  /** Has it read its files again. */
  hangUp(): void;
  /** Ends it in order. Resolves with the exit code, and all that it said. */
  stop(): Promise<{ code: number; stderr: string }>;
  /** Resolves likewise when it has ended, because of something else. */
  end(): Promise<{ code: number; stderr: string }>;
}

/** Starts one with these options; resolves when its doors are open. */
export async function startHostProcess(...args: string[]): Promise<HostProcess> {
  const child = spawnCmud(["host", "--json", ...args]);
  const stderr = new Response(child.stderr).text();
  const printed = new PrintedLines(child);
  const ready = await printed.next().catch(async () => {
    throw new Error(`The host ended: ${await stderr}`);
  });
  const end = async () => {
    const { code } = await child.status;
    await printed.cancel();
    return { code, stderr: await stderr };
  };
  return {
    ...JSON.parse(ready),
    hangUp: () => child.kill("SIGHUP"),
    stop() {
      child.kill("SIGTERM");
      return end();
    },
    end,
  };
}
