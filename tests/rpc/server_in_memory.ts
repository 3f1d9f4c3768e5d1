import type { ByteStream } from "../../rpc/mod.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";
import { concat } from "../support/rpc/wire.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { type ServerUnderTestOptions, startServer, type TestServer } from "./rpc_server.ts";

/** A server in memory, and the network to reach it. */
export function startInMemory(world: SimulatedWorld, options: ServerUnderTestOptions = {}) {
  const network = new MemoryNetwork(world);
  const served = startServer({
    transport: network,
    environment: world.environment(),
    hostname: "server",
    port: 6001,
    ...options,
  });
  return { network, served };
}

/** Closes the server. */
export async function close(world: SimulatedWorld, served: TestServer): Promise<void> {
  await world.complete(served.server.close());
}

/** What comes to a client that reads all the time. */
export class Ear {
  /** Whether the server has ended the connection. */
  ended = false;
  #chunks: Uint8Array[] = [];

  constructor(stream: ByteStream) {
    this.#listen(stream).catch(() => {});
  }

  get frames(): number {
    return framesIn(concat(...this.#chunks)).length;
  }

  async #listen(stream: ByteStream): Promise<void> {
    const into = new Uint8Array(64 * 1024);
    for (let count = await stream.read(into); count !== null; count = await stream.read(into)) {
      this.#chunks.push(into.slice(0, count));
    }
    this.ended = true;
  }
}
