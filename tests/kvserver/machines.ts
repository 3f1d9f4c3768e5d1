import { Client } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { lineLogger } from "../support/memory_log.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { SimulatedDisks } from "../support/simulated_disks.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** Machines `m0`, `m1` and so on in a simulated world, with a disk each. */
export class Machines implements Disposable {
  readonly network: MemoryNetwork;
  readonly disks: SimulatedDisks;
  /** What all servers logged. */
  readonly logged: string[] = [];
  #world: SimulatedWorld;
  #directories: TempDirectory[] = [];

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.network = new MemoryNetwork(world);
    this.disks = new SimulatedDisks(world);
  }

  /** The system port of the server on a machine. */
  address(machine: number): string {
    return `m${machine}:6000`;
  }

  /** Starts a server; with `keepsData` it has the machine's disk. */
  start(machine: number, { keepsData = true, ...options }: Start = {}): Promise<Server> {
    const directory = this.#directories[machine] ??= new TempDirectory();
    return Server.start({
      hostname: `m${machine}`,
      startPort: 6000,
      queryActorCount: 1,
      environment: this.#world.environment(),
      transport: this.network,
      dataDir: keepsData ? directory.path : undefined,
      log: lineLogger((line) => this.logged.push(`m${machine}: ${line}`)),
      ...options,
    });
  }

  /** Runs `use` with a client of a server. */
  ask<T>(server: Server, use: (client: Client) => Promise<T>): Promise<T> {
    return this.askAt(server.queryAddresses, use);
  }

  /** Runs `use` with a client of query actors, by their addresses. */
  async askAt<T>(
    addresses: string | readonly string[],
    use: (client: Client) => Promise<T>,
  ): Promise<T> {
    const environment = this.#world.environment();
    const client = new Client([addresses].flat(), {
      environment,
      transport: this.network,
    });
    try {
      return await this.#world.complete(use(client));
    } finally {
      await this.#world.complete(client.close());
    }
  }

  async close(...servers: Server[]): Promise<void> {
    await this.#world.complete(Promise.all(servers.map((server) => server.close())));
  }

  [Symbol.dispose](): void {
    this.disks[Symbol.dispose]();
    for (const directory of this.#directories) directory?.[Symbol.dispose]();
  }
}

/** Options of a server on one of the `Machines`. */
export type Start = ServerOptions & { keepsData?: boolean };
