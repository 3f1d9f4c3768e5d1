import { type Admission, expectAllowed, type Need } from "../../access/mod.ts";
import type { MethodName } from "../../kvcommon/mod.ts";
import { type Incoming, mismatch, type MsgpackReader, RpcError } from "../../rpc/mod.ts";

/** What each method of a query port asks of its caller. */
export const methodNeeds: Readonly<Record<MethodName, Need>> = {
  Get: "read",
  Put: "write",
  Delete: "write",
  Expire: "write",
  Ttl: "read",
  List: "read",
  Scan: "read",
  Count: "read",
  Export: "read",
  Merge: "write",
  Digest: "read",
  Ping: "nothing",
  Stats: "read",
  Members: "read",
  Forget: "admin",
  Watch: "read",
  Unwatch: "read",
  Auth: "nothing",
};

/** Those whose first param is no key, nor the beginning of keys. */
const keyless: readonly MethodName[] = ["Ping", "Stats", "Members", "Forget", "Unwatch", "Auth"];

/**
 * @param method `undefined`: an unknown one
 * @param reader at the first param, where it is left
 * @throws {RpcError} `unauthorized` unless the connection may call the method, with that key or prefix.
 */
export function expectMethodAllowed(
  admission: Admission,
  method: MethodName | undefined,
  { paramCount }: Incoming,
  reader: MsgpackReader,
): void {
  expectAllowed(admission, method === undefined ? "token" : methodNeeds[method], method);
  const { rights } = admission;
  if (rights?.world === undefined || method === undefined || paramCount === 0) return;
  if (keyless.includes(method)) return;
  const { at } = reader;
  const length = reader.strHeader();
  const start = reader.at;
  reader.at = at;
  // A range from one key to another has no prefix.
  const isWithin = method !== "Digest" &&
    // What is no str is refused by the method itself.
    (length === mismatch || rights.world.covers(reader.bytes, start, start + length));
  if (isWithin) return;
  throw new RpcError(
    "unauthorized",
    `Cannot ${method}: the token is good for keys that begin with ` +
      `${rights.prefixes.map((prefix) => JSON.stringify(prefix)).join(" or ")} alone`,
  );
}
