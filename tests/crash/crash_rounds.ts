import { Client, ConnectionError, FixedRouter } from "../../kvclient/mod.ts";
import type { Durability } from "../../kvserver/mod.ts";
import { type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { sleep } from "../support/until.ts";
import { lossMsMax } from "./bounds.ts";
import { SyncProbe } from "./sync_probe.ts";

/** What a round has found. */
export interface CrashResult {
  /** Puts that were answered before the kill. */
  puts: number;
  /** How long before the kill the oldest answered Put was answered that is missing; 0 if none is. */
  lossMs: number;
  /** How long that may be, by what the disk took meanwhile. */
  lossMsMax: number;
  /** Keys that show less than before the kill before. */
  fallenBack: string[];
}

/** A key that is counted up, a Put after the other. */
interface CountedKey {
  name: string;
  /** The last number that was sent. */
  sent: number;
  /** What it showed after the last restart. */
  shown: number;
  /** The numbers that were answered since, and when. */
  answered: { number: number; atMs: number }[];
}

/** Keys that are counted up at the same time. */
const keyCount = 40;

/** Connections that do so. */
const connectionCount = 4;

/** Kills a server while it takes Puts, again and again, and looks each time what is left. */
export class CrashRounds implements AsyncDisposable {
  #args: readonly string[];
  #durability: Durability;
  #probe: SyncProbe;
  #server: ServerProcess | undefined;
  #keys = Array.from(
    { length: keyCount },
    (_, i): CountedKey => ({ name: `key ${i}`, sent: 0, shown: 0, answered: [] }),
  );

  /** @param directory an empty one, for the server's data and what else is needed */
  constructor(directory: string, durability: Durability) {
    this.#args = ["--data-dir", `${directory}/data`, "--durability", durability];
    this.#durability = durability;
    this.#probe = new SyncProbe(`${directory}/probe`);
  }

  /** Puts for so long, kills, starts again, compares. */
  async round(putMs: number): Promise<CrashResult> {
    this.#server ??= await startServerProcess(this.#args);
    this.#probe.takeLongestMs();
    const putting = this.#put(this.#server);
    await sleep(putMs);
    const killedMs = performance.now();
    const bound = lossMsMax(this.#durability, this.#probe.takeLongestMs());
    await this.#server.end("SIGKILL");
    await putting;
    this.#server = await startServerProcess(this.#args);
    return { ...await this.#compare(this.#server, killedMs), lossMsMax: bound };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#probe[Symbol.asyncDispose]();
    await this.#server?.end("SIGKILL");
  }

  /** Puts until the server is gone. */
  async #put(server: ServerProcess): Promise<void> {
    const clients = Array.from({ length: connectionCount }, () => clientOf(server));
    await Promise.all(this.#keys.map(async (key, i) => {
      try {
        while (true) {
          const number = ++key.sent;
          await clients[i % connectionCount].put(key.name, `${number}`);
          key.answered.push({ number, atMs: performance.now() });
        }
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
      }
    }));
    await Promise.all(clients.map((client) => client.close()));
  }

  async #compare(
    server: ServerProcess,
    killedMs: number,
  ): Promise<Omit<CrashResult, "lossMsMax">> {
    const client = clientOf(server);
    const values = await client.list("key ");
    await client.close();
    const result = { puts: 0, lossMs: 0, fallenBack: [] as string[] };
    for (const key of this.#keys) {
      const shown = Number(values.get(key.name) ?? 0);
      if (shown < key.shown) result.fallenBack.push(`${key.name} from ${key.shown} to ${shown}`);
      result.puts += key.answered.length;
      const missing = key.answered.find(({ number }) => number > shown);
      if (missing !== undefined) result.lossMs = Math.max(result.lossMs, killedMs - missing.atMs);
      key.shown = shown;
      key.answered = [];
    }
    return result;
  }
}

function clientOf({ ready }: ServerProcess): Client {
  return new Client(new FixedRouter(ready.queryAddresses[0]));
}
