import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";

/** Makes a data directory as a server has left it that was on its own, with other data, of long ago. */
export async function makeOldData(directory: string): Promise<void> {
  const server = await Server.start({ startPort: 0, queryActorCount: 1, dataDir: directory });
  await using client = new Client(server.queryAddresses[0]);
  const order = [Date.now() - 3_600_000, 0, "192.0.2.1:6000/0123456789abcdef/2"] as const;
  for (let n = 0; n < 100; n++) {
    await client.merge({ key: `lost/${n}`, value: "x".repeat(2_000), order });
  }
  await server.close();
}
