import {
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from "./server_process.ts";

/** What a server is started with that keeps its data, in a directory that is gone afterwards. */
export interface DataServerOptions extends ServerProcessOptions {
  durability: "relaxed" | "strict";
}

/** Such a server. */
export interface DataServer extends ServerProcess {
  /** Stops it and starts it again. @returns how long it took to be ready, milliseconds. */
  restart(): Promise<number>;
  /** Bytes that its directory takes. */
  diskBytes(): number;
}

/** Starts a server that keeps its data. */
export async function startDataServer(
  { durability, args = [], ...options }: DataServerOptions,
): Promise<DataServer> {
  const directory = Deno.makeTempDirSync({ prefix: "cmud-bench-" });
  const dataArgs = ["--data-dir", directory, "--durability", durability, ...args];
  const start = () => startServerProcess({ ...options, args: dataArgs });
  let server: ServerProcess | undefined;
  const stop = async () => {
    await server?.stop();
    Deno.removeSync(directory, { recursive: true });
  };
  try {
    server = await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...server,
    counters: () => server!.counters(),
    stop,
    async restart() {
      await server!.stop();
      server = undefined;
      const startMs = performance.now();
      server = await start();
      return performance.now() - startMs;
    },
    diskBytes() {
      const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
      return names.reduce((sum, name) => sum + Deno.statSync(`${directory}/${name}`).size, 0);
    },
  };
}
