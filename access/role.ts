/** What a token may be for; `write` includes `read`, and `admin` both. */
export type Role = "read" | "write" | "admin" | "peer";

/** All roles. */
export const roles: readonly Role[] = ["read", "write", "admin", "peer"];

/**
 * What a method asks of its caller: `nothing` is for everybody, `token` for every role, the others for the
 * roles that have them.
 */
export type Need = "nothing" | "token" | "read" | "write" | "admin" | "peer";

/** The needs that each role meets, beside `nothing`. */
const met: Readonly<Record<Role, readonly Need[]>> = {
  read: ["token", "read"],
  write: ["token", "read", "write"],
  admin: ["token", "read", "write", "admin"],
  // A server that calls another one reads and writes nothing there by methods.
  peer: ["token", "peer"],
};

/** Whether a caller of that role may do what has that need. @param role `undefined`: who shows no token */
export function meets(role: Role | undefined, need: Need): boolean {
  return need === "nothing" || role !== undefined && met[role].includes(need);
}
