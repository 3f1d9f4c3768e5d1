import { dirname, resolve } from "node:path";
import { reasonOf } from "../../log/mod.ts";
import { DataDirectoryError } from "./data_error.ts";
import { aDirectory, noDirectory, whatIsAt } from "./expect_directory.ts";
import { makePrivateDirectory } from "./private_files.ts";
import { syncDirectory } from "./sync_directory.ts";

/**
 * Makes a data directory, and those above it, unless they are there, under names that are on the medium.
 *
 * @throws {DataDirectoryError} when that is not possible.
 */
export function makeDirectory(directory: string): void {
  const path = resolve(directory);
  try {
    makeLasting(path);
  } catch (cause) {
    if (cause instanceof Obstacle && cause.path === path) {
      throw noDirectory(directory, cause.what);
    }
    const why = reasonOf(cause);
    throw new DataDirectoryError(directory, `it cannot be made (${why})`, { cause });
  }
}

function makeLasting(path: string): void {
  const what = whatIsAt(path);
  if (what === aDirectory) return;
  if (what !== undefined) throw new Obstacle(path, what);
  const above = dirname(path);
  makeLasting(above);
  makePrivateDirectory(path);
  syncDirectory(above);
}

/** Something else has the path of a directory that is to be made. */
class Obstacle extends Error {
  readonly path: string;
  readonly what: string;

  constructor(path: string, what: string) {
    super(`${path} is ${what}`);
    this.path = path;
    this.what = what;
  }
}
