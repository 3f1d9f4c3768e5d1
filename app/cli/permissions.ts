/**
 * What the process may do beyond what its command needs, it gives up before the command begins: a
 * fault, or bytes that somebody crafted, can then do no more harm than the command itself.
 *
 * @module
 */

/** A permission that Deno gives the process as a whole, and that may be given up for good. */
export type Permission = typeof permissions[number];

const permissions = ["net", "read", "write", "run", "ffi", "sys"] as const;

/**
 * Gives up all permissions but `kept`, for every thread of the process. Deno has no way to give up a
 * part of one: whoever may read everything cannot keep the right to read one directory.
 */
export function keepOnly(kept: readonly Permission[]): void {
  for (const name of permissions) {
    if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
  }
}
