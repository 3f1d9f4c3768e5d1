import { pause, realEnvironment } from "../rpc/mod.ts";
import { fill } from "./fill.ts";
import { type LoadConnection, withConnections } from "./load_connection.ts";
import { runLoad } from "./load.ts";
import type { LoadTarget } from "./load_target.ts";
import { anyKey, RequestPool } from "./request_pool.ts";

/** How much is put and got at the same time. */
export interface GetWhileSyncingOptions {
  /** Puts a second, over all addresses of the target. */
  putsPerSecond: number;
  connections: number;
  seconds: number;
}

/** Slowest hundredth of Gets without and with Puts that the query actors sync. */
export interface GetWhileSyncingResult {
  idleP99Us: number;
  p99Us: number;
  /** What was reached of what was to be put. */
  putsPerSecond: number;
}

const keys = 10_000;

/** Puts that are sent at once, at one query actor. */
const putBatch = 25;

/** Gets at depth 1 on all query actors of a server, first alone, then while others put. */
export async function measureGetWhileSyncing(
  target: LoadTarget,
  { putsPerSecond, connections, seconds }: GetWhileSyncingOptions,
): Promise<GetWhileSyncingResult> {
  const { protocol, addresses } = target;
  await fill(target, keys);
  const pool = (method: "Get" | "Put", depth: number) =>
    new RequestPool({ protocol, method, depth, key: anyKey(keys) });
  const load = { requests: pool("Get", 1), connections, seconds };
  await runLoad(target, { ...load, seconds: seconds / 4 });
  const idle = await runLoad(target, load);
  const puts = new PacedPuts(pool("Put", putBatch), putsPerSecond / addresses.length);
  return await withConnections(target, addresses.length, seconds, async (connections) => {
    const putting = Promise.all(connections.map((connection) => puts.run(connection)));
    const startMs = performance.now();
    const busy = await runLoad(target, load);
    puts.stop();
    await putting;
    return {
      idleP99Us: idle.p99Us,
      p99Us: busy.p99Us,
      putsPerSecond: puts.count / (performance.now() - startMs) * 1000,
    };
  });
}

/** Puts at a pace, whatever it takes the server to answer; what it falls behind it makes up for. */
class PacedPuts {
  /** Puts that were answered. */
  count = 0;
  #stopped = false;
  #requests: RequestPool;
  #perSecond: number;

  /** @param perSecond on each connection */
  constructor(requests: RequestPool, perSecond: number) {
    this.#requests = requests;
    this.#perSecond = perSecond;
  }

  /** Puts until it is stopped. */
  async run(connection: LoadConnection): Promise<void> {
    const startMs = performance.now();
    for (let sent = putBatch; !this.#stopped; sent += putBatch) {
      await connection.exchange(this.#requests.next(), putBatch);
      this.count += putBatch;
      const dueMs = startMs + sent / this.#perSecond * 1000;
      if (dueMs > performance.now()) await pause(realEnvironment, dueMs - performance.now());
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
