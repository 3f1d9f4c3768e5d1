import process from "node:process";

/**
 * Bytes of memory that this process may use: those of the machine, or those that its control group
 * allows it. `undefined` when it may not be known: that needs the permission `sys=systemMemoryInfo`.
 */
export function machineMemoryBytes(): number | undefined {
  const permission = { name: "sys", kind: "systemMemoryInfo" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return undefined;
  const machineBytes = Deno.systemMemoryInfo().total;
  // Without a control group it is undefined, 0, or more than there is. Deno 2.4 does not know it.
  const allowedBytes = process.constrainedMemory?.() || machineBytes;
  return Math.min(machineBytes, allowedBytes);
}
