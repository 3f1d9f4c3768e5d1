/**
 * Makes the laboratory, a folder of files for any web server, and serves it on this machine.
 *
 *     deno task lab [--port N] [--cluster HOST:PORT]
 *     deno task lab --out FOLDER
 *
 * With `--cluster` the page can look at a cluster that runs, by the HTTP port of one of its servers.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { exercises } from "../simulate/exercises/exercises.ts";
import { buildExercises } from "./build_exercises.ts";
import { buildLab } from "./build_lab.ts";
import { refuse } from "./refuse.ts";
import { serveLab } from "./serve_lab.ts";

const { out, port, cluster } = options();

if (out !== undefined) {
  await make(out);
  await buildExercises(out, exercises);
  console.log(`The laboratory is in ${out}: any web server can serve it.`);
} else {
  const stopped = stopSignal();
  const folder = await Deno.makeTempDir({ prefix: "cmud-lab-" });
  try {
    // First, so that a port that is in use is told at once.
    const server = serve(folder);
    stopped.onabort = () => server.shutdown();
    await buildLab(folder);
    if (!stopped.aborted) {
      console.log(`The laboratory is at http://127.0.0.1:${server.addr.port}/ until Ctrl+C.`);
    }
    // They take a few seconds, in which one can look around.
    const built = buildExercises(folder, exercises, stopped).catch((error) => {
      if (!stopped.aborted) throw error;
    });
    await Promise.all([server.finished, built]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Is aborted by whatever asks the program to stop, so that it leaves no folder behind. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const isWindows = Deno.build.os === "windows";
  const signals: readonly Deno.Signal[] = isWindows ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, () => stop.abort());
  return stop.signal;
}

/** What was asked for. */
function options() {
  try {
    const options = {
      out: { type: "string" },
      port: { type: "string", default: "8090" },
      cluster: { type: "string" },
    } as const;
    const { values } = parseArgs({ options });
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Infinity;
    if (port <= 65_535) return { ...values, port };
    return refuse(`Cannot serve on port ${values.port}: allowed is 0 to 65535`);
  } catch (error) {
    const allowed = "--port N, --cluster HOST:PORT, --out FOLDER";
    return refuse(
      `Cannot make the laboratory: ${(error as Error).message}; allowed are ${allowed}`,
    );
  }
}

/** Makes the page, where one may write. */
async function make(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    refuse(`Cannot write to ${folder}: ${(error as Error).message}`);
  }
  await buildLab(folder);
}

/** Serves the folder, unless another program has the port. */
function serve(folder: string): Deno.HttpServer<Deno.NetAddr> {
  try {
    return serveLab(folder, port, cluster);
  } catch (error) {
    Deno.removeSync(folder);
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return refuse(
      `Cannot serve on port ${port}: it is in use. Try: deno task lab --port ${port + 1}`,
    );
  }
}
