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
import { serveLab } from "./serve_lab.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    port: { type: "string", default: "8090" },
    cluster: { type: "string" },
  },
});

if (values.out !== undefined) {
  await buildLab(values.out);
  await buildExercises(values.out, exercises);
  console.log(`The laboratory is in ${values.out}: any web server can serve it.`);
} else {
  const folder = await Deno.makeTempDir({ prefix: "cmud-lab-" });
  try {
    await buildLab(folder);
    const server = serveLab(folder, Number(values.port), values.cluster);
    console.log(`The laboratory is at http://127.0.0.1:${server.addr.port}/ until Ctrl+C.`);
    // They take a few seconds, in which one can look around.
    const built = buildExercises(folder, exercises);
    Deno.addSignalListener("SIGINT", () => server.shutdown());
    await server.finished;
    await built;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
