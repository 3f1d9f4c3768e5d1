import type { Invocation } from "../cli/command_spec.ts";
import type { Permission } from "../cli/permissions.ts";

/** What a server needs. @param isStarting whether the modules of its threads are still to be read */
export function serverPermissions(
  { dataDir }: Invocation["options"],
  isStarting: boolean,
): readonly Permission[] {
  if (dataDir !== undefined) return ["net", "read", "write"];
  return isStarting ? ["net", "read"] : ["net"];
}
