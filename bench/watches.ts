import { type Call, clientDialer, realEnvironment, RpcConnection } from "../rpc/mod.ts";

/**
 * Watches prefixes at a server over one connection, and reads what it is told.
 *
 * @returns what ends the connection.
 */
export async function openWatches(
  address: string,
  prefixes: readonly string[],
): Promise<() => Promise<void>> {
  const connection = new RpcConnection(address, clientDialer, realEnvironment);
  await Promise.all(
    prefixes.map((prefix) => connection.call(watchOf(prefix), { timeoutMs: 60_000 })),
  );
  return () => connection.close();
}

/** A watch of changes alone. */
function watchOf(prefix: string): Call<void> {
  return {
    method: "Watch",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(1);
      writer.str(prefix);
    },
    readResult: (reader) => reader.skip(),
  };
}
