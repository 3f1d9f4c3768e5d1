import { hashOfToken, newToken, type Role, type TokenEntry } from "../../access/mod.ts";

/** A token, and what a server keeps of it. */
export interface MadeToken {
  readonly token: string;
  readonly entry: TokenEntry;
}

/** Makes a token; its name is that of its role, unless another one is given. */
export function makeToken(
  role: Role,
  prefixes: readonly string[] = [],
  name: string = role,
): MadeToken {
  const token = newToken();
  return { token, entry: { name, hash: hashOfToken(token), role, prefixes } };
}
