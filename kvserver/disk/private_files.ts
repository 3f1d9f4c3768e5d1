/**
 * The files of a data directory as the file system sees them: regular ones, which nobody else may read.
 *
 * @module
 */

import { reasonOf } from "../../log/mod.ts";
import { DataDirectoryError } from "./data_error.ts";

/** The names of the files that a data directory may hold. */
const ours =
  /^(cmud\.db(\.new|\.mended)?(-journal|-wal|-shm)?|log-\d+|lock(-journal|-wal|-shm)?|owner\.json(\.new)?)$/;

/** What a file system puts into its topmost directory: a fresh mount is as good as an empty directory. */
const ofFileSystems = ["lost+found"];

const fileMode = 0o600;
const directoryMode = 0o700;
const modeOfOthers = 0o077;

/** Makes a directory that nobody else may read, unless it is there. */
export function makePrivateDirectory(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: directoryMode });
}

/**
 * Makes a file that nobody else may read, in place of whatever has its name: a symbolic link is
 * replaced, not followed.
 */
export function createPrivateFile(path: string): Deno.FsFile {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return Deno.openSync(path, { createNew: true, write: true, mode: fileMode });
}

/** Writes all of `bytes`, where the file is. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}

/**
 * Checks that what has one of our names is a regular file. A link would lead writes to a place that
 * somebody else chose; a pipe would block them.
 *
 * @throws {DataDirectoryError} when one is not.
 */
export function expectRegularFiles(directory: string): void {
  for (const name of oursIn(directory)) {
    const { isFile, isSymlink } = Deno.lstatSync(`${directory}/${name}`);
    if (isFile) continue;
    const what = isSymlink ? "a symbolic link" : "no regular file";
    throw new DataDirectoryError(directory, `its ${name} is ${what}; allowed is a regular file`);
  }
}

/**
 * Whether what has this name, or what a link of this name leads to, is a pipe, a device or the like: whoever opens
 * or reads it may come to no end.
 */
export function isEndless(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    // It is not there, or leads nowhere: opening it says so.
    return false;
  }
}

/**
 * Sees that a directory that is to become a data directory holds nothing else: a mistyped path would
 * scatter files over a directory that is somebody's.
 *
 * @throws {DataDirectoryError} when it does.
 */
export function expectUnused(directory: string): void {
  for (const { name } of Deno.readDirSync(directory)) {
    if (ours.test(name) || ofFileSystems.includes(name)) continue;
    throw new DataDirectoryError(
      directory,
      `it is no data directory, and holds other files (${
        JSON.stringify(name)
      }); allowed is a new ` +
        "directory, or an empty one",
    );
  }
}

/**
 * Takes from others the permissions that they have for a directory and its files. The directory itself
 * is left as it is when it holds anything that is not ours, because others may have business there.
 *
 * @returns for what they had any, in words, and what is done about it; `undefined`: for nothing.
 * @throws {DataDirectoryError} when others may read a file, and that cannot be changed.
 */
export function makePrivate(directory: string): string | undefined {
  if (Deno.build.os === "windows") return undefined;
  const opened: string[] = [];
  for (const name of oursIn(directory)) {
    try {
      if (takeFromOthers(`${directory}/${name}`, fileMode)) opened.push(name);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) continue;
      throw new DataDirectoryError(
        directory,
        `others may read or write its ${name}, and that cannot be changed ` +
          `(${reasonOf(cause)}); allowed is mode 600`,
        { cause },
      );
    }
  }
  const files = opened.length === 0 ? [] : [`${opened.join(", ")} (now 600)`];
  const itself = directoryNotice(directory);
  const all = itself === undefined ? files : [itself, ...files];
  return all.length === 0 ? undefined : all.join("; ");
}

function directoryNotice(directory: string): string | undefined {
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
  if (names.every((name) => ours.test(name))) {
    try {
      return takeFromOthers(directory, directoryMode)
        ? "the directory itself (now 700)"
        : undefined;
    } catch {
      return "the directory itself, which cannot be changed; its files are readable by nobody else";
    }
  }
  if (!isOpen(directory)) return undefined;
  return "the directory itself, which is left so because it holds other files too; those of the " +
    "server are readable by nobody else";
}

/** @returns whether others had any permission. */
function takeFromOthers(path: string, mode: number): boolean {
  if (!isOpen(path)) return false;
  Deno.chmodSync(path, mode);
  return true;
}

function isOpen(path: string): boolean {
  return ((Deno.statSync(path).mode ?? 0) & modeOfOthers) !== 0;
}

function oursIn(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name)
      .filter((name) => ours.test(name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
