import { isLater } from "../../kvserver/entry/order.ts";
import { heldEntries, type HeldEntry } from "../../simulate/cluster/held_entries.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import type { Written } from "./written.ts";

/** An entry without which a server says that it is ready. */
export interface Missing {
  readonly server: SimulatedServer;
  readonly entry: HeldEntry;
}

/** Says what a server lacks that says that it is ready. */
export function missingWords({ server, entry }: Missing): string {
  return `${server.address} is ready without ${entry.key}`;
}

/** Servers that take over the state, and what they must hold when they say that they are ready. */
export class Joins {
  #waiting = new Map<SimulatedServer, readonly HeldEntry[]>();
  #written: Written;

  constructor(written: Written) {
    this.#written = written;
  }

  /** To be called when `server` joins others, of whom `sender` is the first. */
  began(server: SimulatedServer, sender: SimulatedServer): void {
    this.#waiting.set(server, heldEntries(sender.stores[0]));
  }

  /** Of a server that says that it is ready, what it does not hold. */
  missing(): Missing | undefined {
    for (const [server, entries] of this.#waiting) {
      if (!server.actors.ready) continue;
      this.#waiting.delete(server);
      for (const store of server.stores) {
        const held = new Map(heldEntries(store).map((entry) => [entry.key, entry]));
        const missing = entries.find((entry) =>
          entry.value !== null && isLater(entry, held.get(entry.key)) &&
          !this.#written.isDeletedAfter(entry)
        );
        if (missing !== undefined) return { server, entry: missing };
      }
    }
    return undefined;
  }
}
