import { buildExercises } from "../../scripts/build_exercises.ts";
import { buildLab } from "../../scripts/build_lab.ts";
import { exercises } from "../../simulate/mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

/** All files of the laboratory together have no more than this, so that they come quickly on any network. */
const bytesMax = 250_000;

Deno.test("the laboratory and the patches of all its exercises together are small", async () => {
  using directory = new TempDirectory();
  await buildLab(directory.path);
  await buildExercises(directory.path, exercises);
  const sizes = [...directory.files()].map(([name, { length }]) => [name, length] as const);
  assertEquals(sizes.map(([name]) => name).sort(), [
    "boot.js",
    "core.bin",
    "exercises.bin",
    "index.html",
    "lab.bin",
    "lab.css",
  ]);
  const sum = sizes.reduce((sum, [, size]) => sum + size, 0);
  assert(sum <= bytesMax, `${sum} bytes: ${sizes.join(", ")}`);
});
