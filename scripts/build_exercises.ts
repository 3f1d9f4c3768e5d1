import { patchOf } from "../lab/core/bundle_patch.ts";
import type { ExerciseFiles } from "../lab/core/exercise_files.ts";
import type { Exercise } from "../simulate/exercises/exercise.ts";
import { edited } from "../simulate/exercises/source_edit.ts";
import { bundleForBrowser } from "./bundle_for_browser.ts";
import { compressed } from "./compressed.ts";

const root = new URL("../", import.meta.url);

/** All that the worker of the laboratory may be made of. */
const parts = [
  "access",
  "actor",
  "kvclient",
  "kvcommon",
  "kvserver",
  "lab",
  "log",
  "resp",
  "rpc",
  "simulate",
  "deno.json",
  "deno.lock",
  "deps.ts",
  "limits.ts",
];

/**
 * Makes the file of the exercises: of each, what makes the faulty worker of the right one; and the sources in
 * which to look for the faults.
 *
 * The faults are planted in a copy of the sources, one after the other, and the copy is bundled each time.
 *
 * @param folder where `buildLab` has made the laboratory
 */
export async function buildExercises(
  folder: string,
  exercises: readonly Exercise[],
  stopped?: AbortSignal,
): Promise<void> {
  const copy = await Deno.makeTempDir({ prefix: "cmud-lab-" });
  try {
    for (const part of parts) copyTree(new URL(part, root).pathname, `${copy}/${part}`);
    const right = await bundleCore(copy);
    const files: ExerciseFiles = { patches: {}, sources: {} };
    for (const { id, fault } of exercises) {
      stopped?.throwIfAborted();
      const path = `${copy}/${fault.file}`;
      const source = await Deno.readTextFile(path);
      files.sources[fault.file] = source;
      await Deno.writeTextFile(path, edited(fault, source));
      files.patches[id] = patchOf(right, await bundleCore(copy));
      await Deno.writeTextFile(path, source);
    }
    const bytes = new TextEncoder().encode(JSON.stringify(files));
    // Nobody reads half of it.
    await Deno.writeFile(`${folder}/exercises.part`, await compressed(bytes));
    await Deno.rename(`${folder}/exercises.part`, `${folder}/exercises.bin`);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function bundleCore(sources: string): Promise<string> {
  await bundleForBrowser("lab/core/worker.ts", `${sources}/core.js`, sources);
  return await Deno.readTextFile(`${sources}/core.js`);
}

function copyTree(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) copyTree(`${from}/${name}`, `${to}/${name}`);
}
