import { firstLine } from "./first_line.ts";

/** A server in a process of its own, so that it and the load each have a core. */
export interface ServerProcess {
  /** Its query ports. */
  queryAddresses: readonly string[];
  /** Stops it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts this very program, compiled or not, as `server` on free ports. */
export async function startServerProcess(queryActorCount: number): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...Deno.build.standalone ? [] : denoArguments,
      ...["server", "--port", "0", "--actors", String(queryActorCount), "--json"],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { line: text, output: lines } = await firstLine(child);
  const { queryAddresses } = JSON.parse(text);
  return {
    queryAddresses,
    async stop() {
      child.kill("SIGTERM");
      await lines.cancel();
      await child.status;
    },
  };
}

const denoArguments = [
  "run",
  "--no-prompt",
  "--allow-net",
  // The colour and terminal settings that the command line looks at, and no others.
  "--allow-env=CMUD_SERVER,CLICOLOR_FORCE,FORCE_COLOR,NO_COLOR,TERM",
  import.meta.resolve("../main.ts"),
];
