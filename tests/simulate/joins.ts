import { defaultLimits } from "../../limits.ts";
import { isLater } from "../../kvserver/entry/order.ts";
import { heldEntries, type HeldEntry } from "../../simulate/cluster/held_entries.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import type { SimulatedNetwork } from "../../simulate/network/simulated_network.ts";
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

/** So much later a cut may be noticed here, because that is looked at now and then. */
const noticedWithinMs = 1_000;

/** A server that takes over the state. */
interface Join {
  readonly sender: SimulatedServer;
  /** What the sender held when it was asked. */
  readonly entries: readonly HeldEntry[];
  /** Since when one of the two does not reach the other; absent: they do. */
  cutSinceMs?: number;
}

/** Servers that take over the state, and what they must hold when they say that they are ready. */
export class Joins {
  #waiting = new Map<SimulatedServer, Join>();
  #written: Written;
  #network: SimulatedNetwork;

  constructor(written: Written, network: SimulatedNetwork) {
    this.#written = written;
    this.#network = network;
  }

  /** To be called when `server` joins others, of whom `sender` is the first. */
  began(server: SimulatedServer, sender: SimulatedServer): void {
    this.#waiting.set(server, { sender, entries: heldEntries(sender.stores[0]) });
  }

  /** Of a server that says that it is ready, what it does not hold. */
  missing(): Missing | undefined {
    for (const [server, join] of this.#waiting) {
      if (this.#asksAnother(server, join)) this.#waiting.delete(server);
      if (!server.actors.ready || !this.#waiting.delete(server)) continue;
      const { entries } = join;
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

  /** Whether the sender was cut off for so long that another one may be asked, which holds less. */
  #asksAnother(server: SimulatedServer, join: Join): boolean {
    const [a, b] = [server.address, join.sender.address];
    const { nowMs } = this.#network.world;
    const isCut = this.#network.isCut(a, b) || this.#network.isCut(b, a);
    join.cutSinceMs = isCut ? join.cutSinceMs ?? nowMs : undefined;
    const cutMs = nowMs - (join.cutSinceMs ?? nowMs);
    return cutMs >= defaultLimits.stateSenderPatienceMs - noticedWithinMs;
  }
}
