/** The methods of a query port. */
export const methodNames = [
  "Get",
  "Put",
  "Delete",
  "Expire",
  "Ttl",
  "List",
  "Scan",
  "Count",
  "Export",
  "Merge",
  "Digest",
  "Ping",
  "Stats",
  "Members",
  "Forget",
  "Watch",
  "Unwatch",
  "Auth",
] as const;

/** A method of a query port. */
export type MethodName = typeof methodNames[number];

const encoder = new TextEncoder();
const methods = methodNames.map((name) => ({ name, bytes: encoder.encode(name) }));

/** The method that `bytes[start..end)` name, or `undefined` when there is none of that name. */
export function methodOf(bytes: Uint8Array, start: number, end: number): MethodName | undefined {
  for (const method of methods) {
    if (method.bytes.length === end - start && startsWith(bytes, start, method.bytes)) {
      return method.name;
    }
  }
  return undefined;
}

/** Whether `prefix` stands in `bytes` at `at`. */
export function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}
