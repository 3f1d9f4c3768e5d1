import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";
import { whileServed } from "../support/rpc/bad_input.ts";

/** A running server, and a client of its first query actor. */
export interface Serving extends AsyncDisposable {
  server: Server;
  /** `host:port` of the first query port. */
  address: string;
  client: Client;
  /** Another client, by default of the same port, which ends with the server. */
  newClient(address?: string): Client;
  /** What `onFault` was told. */
  faults: unknown[];
}

/** Starts a server on ports that are free, by default with one query actor. */
export async function serve(options: ServerOptions = {}): Promise<Serving> {
  const faults: unknown[] = [];
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    onFault: (_peer, error) => faults.push(error),
    ...options,
  });
  const [address] = server.queryAddresses;
  const clients: Client[] = [];
  const newClient = (to = address) => {
    clients.push(new Client(new FixedRouter(to)));
    return clients.at(-1)!;
  };
  return {
    server,
    address,
    client: newClient(),
    newClient,
    faults,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
    },
  };
}

/** Runs `body` while a client of its own puts and gets, and always gets what it put. */
export async function whileUsed(served: Serving, body: () => Promise<unknown>): Promise<void> {
  const client = served.newClient();
  let count = 0;
  await whileServed(async () => {
    const value = `value ${count++}`;
    const [, got] = await Promise.all([client.put("witness", value), client.get("witness")]);
    assertEquals(got, value);
  }, body);
}
