import type { Invocation } from "../cli/command_spec.ts";
import type { Permission } from "../cli/permissions.ts";

/**
 * What a server needs.
 *
 * @param isStarting whether it still has to read the modules of its threads, and how much memory there is
 */
export function serverPermissions(
  options: Invocation["options"],
  isStarting: boolean,
): readonly Permission[] {
  const keepsData = options.dataDir !== undefined;
  const kept: Permission[] = ["net"];
  if (isStarting || keepsData || isReadAgain(options)) kept.push("read");
  if (keepsData) kept.push("write");
  return isStarting ? [...kept, "sys"] : kept;
}

/** Whether a server has files that it reads again at a SIGHUP: those of tokens and certificates. */
export function isReadAgain({ authFile, tlsCert }: Invocation["options"]): boolean {
  return authFile !== undefined || tlsCert !== undefined;
}
