import type { Invocation } from "../cli/command_spec.ts";
import type { Permission } from "../cli/permissions.ts";

/**
 * What a server needs.
 *
 * @param isStarting whether it still has to read the modules of its threads, and how much memory there is
 */
export function serverPermissions(
  { dataDir }: Invocation["options"],
  isStarting: boolean,
): readonly Permission[] {
  const kept: Permission[] = dataDir === undefined ? ["net"] : ["net", "read", "write"];
  if (!isStarting) return kept;
  return dataDir === undefined ? ["net", "read", "sys"] : [...kept, "sys"];
}
