import { Client, FixedRouter, NearestRouter, PinnedRouter } from "../../kvclient/mod.ts";
import { clientOptions } from "./client_options.ts";
import type { Invocation } from "./command_spec.ts";
import { queryAddresses } from "./query_client.ts";

/** Calls `use` with a client of the invocation's servers, and closes it afterwards. */
export async function withClient<T>(
  invocation: Invocation,
  use: (client: Client, addresses: readonly string[]) => Promise<T>,
): Promise<T> {
  const addresses = queryAddresses(invocation);
  const options = await clientOptions(invocation);
  const nearest = addresses.length > 1 ? await NearestRouter.start(addresses, options) : undefined;
  // What was put at one replica is to be found by the next query.
  const client = new Client(
    nearest === undefined ? new FixedRouter(addresses[0]) : new PinnedRouter(nearest),
    { ...options, timeoutMs: invocation.options.timeout as number | undefined },
  );
  try {
    return await use(client, addresses);
  } finally {
    await client.close();
    await nearest?.close();
  }
}
