import { parseAddress } from "../rpc/mod.ts";
import { keyBytes, keyOf } from "./keys.ts";
import type { LoadTarget } from "./load_target.ts";
import { redisCommand, redisProtocol } from "./redis_protocol.ts";

/** Keys that one command removes. */
const batchKeys = 1_000;

/** A Redis to compare with. It gets keys like `key:000000000042`, and is rid of them afterwards. */
export class Redis implements LoadTarget {
  readonly addresses: readonly string[];
  readonly protocol = redisProtocol;
  #conn: Deno.TcpConn;
  #buffer = new Uint8Array(64 * 1024);

  private constructor(address: string, conn: Deno.TcpConn) {
    this.addresses = [address];
    this.#conn = conn;
  }

  /** Connects to it. @throws {Error} when nobody answers there, or somebody who is no Redis. */
  static async connect(address: string): Promise<Redis> {
    let redis: Redis | undefined;
    try {
      redis = new Redis(address, await Deno.connect(parseAddress(address)));
      await redis.counters();
      return redis;
    } catch (cause) {
      redis?.close();
      throw new Error(
        `Cannot compare with the Redis at ${address}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  /** Its own account of its process. */
  async counters() {
    const info = await this.#ask("INFO", "all");
    const figure = (name: string) => {
      const value = new RegExp(`^${name}:(.*)\r$`, "m").exec(info)?.[1];
      if (value === undefined) throw new Error(`The Redis does not tell its ${name}`);
      return Number(value);
    };
    return {
      cpuSeconds: figure("used_cpu_user") + figure("used_cpu_sys"),
      rssBytes: figure("used_memory_rss"),
    };
  }

  /** Removes what `fill` put, and gives the memory back. */
  async clear(count: number, bytes = keyBytes): Promise<void> {
    for (let first = 0; first < count; first += batchKeys) {
      const keys = Array.from({ length: batchKeys }, (_, i) => keyOf(first + i, bytes));
      await this.#ask("UNLINK", ...keys);
    }
    await this.#ask("MEMORY", "PURGE");
  }

  close(): void {
    this.#conn.close();
  }

  /** @returns the first line of the reply, or the text that it announces. */
  async #ask(...command: string[]): Promise<string> {
    const bytes = redisCommand(command);
    let written = 0;
    while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
    let reply = "";
    for (;;) {
      const received = await this.#conn.read(this.#buffer);
      if (received === null) throw new Error("The Redis ended its connection");
      reply += decoder.decode(this.#buffer.subarray(0, received));
      const [line] = reply.split("\r\n", 1);
      if (line === reply) continue;
      if (line.startsWith("-")) throw new Error(`The Redis refused ${command[0]}: ${line}`);
      if (!line.startsWith("$")) return line;
      const text = reply.slice(line.length + 2);
      if (text.length >= Number(line.slice(1)) + 2) return text;
    }
  }
}

const decoder = new TextDecoder();
