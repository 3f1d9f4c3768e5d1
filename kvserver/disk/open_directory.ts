import type { Limits } from "../../limits.ts";
import type { Random } from "../../rpc/mod.ts";
import { DataDirectoryError } from "./data_error.ts";
import { checkDataFile, createDataFile, hasDataFile } from "./data_file.ts";
import { dataFileName, formatVersion } from "./data_format.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import { makePrivate } from "./private_files.ts";
import { upgradeDirectory } from "./upgrade.ts";

/**
 * Makes a directory, whose lock is held, one of the present format that nobody else may read: makes its
 * file if the directory is new, and brings one of an earlier format over.
 *
 * @returns for what others had permissions, if they had any.
 * @throws {DataDirectoryError} when it is damaged, or cannot be written.
 */
export function openDirectory(
  directory: string,
  lock: Pick<DirectoryLock, "hadData" | "noteData">,
  random: Random,
  limits: Limits,
): string | undefined {
  if (!hasDataFile(directory)) {
    if (lock.hadData) {
      throw new DataDirectoryError(
        directory,
        `there was a ${dataFileName} in it, which is gone; put it back, or use another directory`,
      );
    }
    createDataFile(directory, random);
  }
  const format = checkDataFile(directory, "write");
  const others = makePrivate(directory);
  if (format !== formatVersion) upgradeDirectory(directory, random, limits);
  lock.noteData();
  return others;
}
