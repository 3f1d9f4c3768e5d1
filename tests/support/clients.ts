import { Client, type ClientOptions, FixedRouter, type QueryRouter } from "../../kvclient/mod.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import { ScriptedServer } from "./scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** A client in a simulated world, which makes each call once, and a server that answers what the test says. */
export function startClient(
  world: SimulatedWorld,
  options: Pick<ClientOptions, "timeoutMs" | "retries"> & { router?: QueryRouter } = {},
) {
  const network = new MemoryNetwork(world);
  const server = new ScriptedServer(network, 6001);
  const { router = new FixedRouter(server.address), timeoutMs, retries = 0 } = options;
  const environment = world.environment();
  const client = new Client(router, { timeoutMs, retries, environment, transport: network });
  return { client, server, network, environment, endpoint: network.at(server.address) };
}

/** A router to one address that notes what is reported to it. */
export class NotingRouter extends FixedRouter {
  reports: string[] = [];

  reportFailure(address: string): void {
    this.reports.push(address);
  }
}
