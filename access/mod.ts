/**
 * Who may do what: tokens, their roles, the keys that they are good for. Knows no port, no file and no
 * protocol, and keeps of a token nothing but a hash.
 *
 * ```ts
 * import { Access, Admission, hashOfToken, newToken } from "./mod.ts";
 *
 * const token = newToken();
 * const entry = { name: "ada", hash: hashOfToken(token), role: "read", prefixes: ["user:"] } as const;
 * const admission = new Admission(new Access([entry], { monotonicMs: () => performance.now() }), "192.0.2.7");
 * if (admission.show(newToken()) || !admission.show(token)) throw new Error("the wrong one got in");
 * if (admission.rights!.allow("write")) throw new Error("who may read writes");
 * ```
 *
 * @module
 */

export { Access, type TokenRefusal } from "./access.ts";
export { Admission } from "./admission.ts";
export { authenticate, type AuthResult, expectAllowed } from "./auth_method.ts";
export { Rights, type TokenEntry } from "./rights.ts";
export { type Need, type Role, roles } from "./role.ts";
export { compareBytes } from "../rpc/mod.ts";
export { beginsWith, World } from "./world.ts";
export { hashOfToken, newToken } from "./token.ts";
export { isToken, isTokenHash } from "./token_form.ts";
