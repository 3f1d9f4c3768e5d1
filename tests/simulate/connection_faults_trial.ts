import { defaultLimits } from "../../limits.ts";
import type { ClusterObserver, ServerStart } from "../../simulate/cluster/cluster_observer.ts";
import type { Way } from "../../simulate/network/network_observer.ts";
import { assertGreater } from "../deps.ts";
import type { SeededName } from "./converging_seeds.ts";
import { scenarios } from "./scenario.ts";

/** Counts what happens to the connections of clusters. */
class ConnectionCount implements ClusterObserver {
  /** Messages of an earlier connection that came behind one of a later connection. */
  overtaken = 0;
  /** Messages that came when their sender had ended. */
  late = 0;
  /** Cuts that were longer than a peer may be away, of one way and of both. */
  longCuts = { oneWay: 0, bothWays: 0 };
  #nowMs: () => number = () => 0;
  /** By the incarnations of both: the last message that came. */
  #lastArrived = new Map<string, number>();
  /** Incarnations, by the names of servers that run. */
  #running = new Map<string, string>();
  /** By the addresses of a direction: since when it is cut. */
  #cuts = new Map<string, number>();

  follow(world: { readonly nowMs: number }): void {
    this.#nowMs = () => world.nowMs;
    for (const map of [this.#lastArrived, this.#running, this.#cuts]) map.clear();
  }

  starting({ name, system }: ServerStart): void {
    this.#running.set(name, system.incarnation);
  }

  ended(name: string): void {
    this.#running.delete(name);
  }

  arrived(id: number, { from, to }: Way): void {
    const way = `${from.incarnation} ${to.incarnation}`;
    const last = this.#lastArrived.get(way) ?? 0;
    if (id < last) this.overtaken++;
    if (![...this.#running.values()].includes(from.incarnation)) this.late++;
    this.#lastArrived.set(way, Math.max(id, last));
  }

  cut(from: string, to: string, isCut: boolean): void {
    const way = `${from} ${to}`;
    if (isCut) return void this.#cuts.set(way, this.#nowMs());
    const sinceMs = this.#cuts.get(way)!;
    this.#cuts.delete(way);
    if (this.#nowMs() - sinceMs < defaultLimits.peerLostMs) return;
    // The other way is mended behind this one.
    if (this.#cuts.get(`${to} ${from}`) !== sinceMs) this.longCuts.oneWay++;
    else {
      this.longCuts.bothWays++;
      this.longCuts.oneWay--;
    }
  }
}

async function counted(name: SeededName): Promise<ConnectionCount> {
  const count = new ConnectionCount();
  for (let seed = 1; seed <= 48; seed++) await scenarios[name](seed, undefined, count);
  console.log(name, count);
  return count;
}

Deno.test("random histories have second connections and long cuts", async () => {
  const { overtaken, longCuts } = await counted("random");
  assertGreater(overtaken, 10);
  assertGreater(longCuts.oneWay, 3);
  assertGreater(longCuts.bothWays, 1);
});

Deno.test("histories of crashes have second connections, and last words", async () => {
  const { overtaken, late } = await counted("crash");
  assertGreater(overtaken, 10);
  assertGreater(late, 10);
});

Deno.test("histories of returns have second connections, last words and long cuts", async () => {
  const { overtaken, late, longCuts } = await counted("return");
  assertGreater(overtaken, 10);
  assertGreater(late, 10);
  assertGreater(longCuts.oneWay, 3);
});
