import { RpcError } from "../rpc/mod.ts";
import type { Admission } from "./admission.ts";
import type { Rights } from "./rights.ts";
import type { Need } from "./role.ts";

/** What `Auth` answers: what the token allows. */
export type AuthResult = Pick<Rights, "name" | "role" | "prefixes">;

/** Where nobody is asked for a token, everybody may do everything, whatever token is shown. */
const openToAll: AuthResult = { name: "default", role: "admin", prefixes: [] };

/**
 * Executes `Auth`, as every port does.
 *
 * @param admission of the connection; `undefined`: no tokens are asked for
 * @throws {RpcError} `unauthorized` for a wrong token.
 */
export function authenticate(admission: Admission | undefined, token: string): AuthResult {
  if (admission === undefined) return openToAll;
  if (!admission.show(token)) {
    throw new RpcError("unauthorized", `Cannot Auth: ${admission.tokenRefusal}`);
  }
  const { name, role, prefixes } = admission.rights!;
  return { name, role, prefixes };
}

/** @throws {RpcError} `unauthorized` unless the connection may do what has that need. */
export function expectAllowed(
  admission: Admission | undefined,
  need: Need,
  method: string | undefined,
): void {
  const refusal = admission?.refusal(need);
  if (refusal === undefined) return;
  throw new RpcError("unauthorized", `Cannot ${method ?? "call that"}: ${refusal}`);
}
