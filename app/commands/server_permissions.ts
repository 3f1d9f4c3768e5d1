import type { Invocation } from "../cli/command_spec.ts";
import type { Permission } from "../cli/permissions.ts";

/**
 * What a server needs.
 *
 * @param isStarting whether it still has to read the modules of its threads, and how much memory there is
 */
export function serverPermissions(
  { dataDir, authFile, tlsCert }: Invocation["options"],
  isStarting: boolean,
): readonly Permission[] {
  const kept: Permission[] = ["net"];
  // The files of tokens and certificates are read again at a SIGHUP.
  const isReadAgain = authFile !== undefined || tlsCert !== undefined;
  if (isStarting || dataDir !== undefined || isReadAgain) kept.push("read");
  if (dataDir !== undefined) kept.push("write");
  return isStarting ? [...kept, "sys"] : kept;
}
