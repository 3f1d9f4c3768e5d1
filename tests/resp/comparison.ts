import { assertEquals } from "../deps.ts";
import { type CommandWords, RedisSocket } from "../support/resp/redis_socket.ts";
import { itemsOf } from "../support/resp/reply_end.ts";

/** A Redis and a server of ours, which are asked the same. */
export class Comparison implements Disposable {
  /** Commands that were compared. */
  compared = 0;
  #redis: RedisSocket;
  #ours: RedisSocket;
  #addresses: readonly [string, string];

  private constructor(redis: RedisSocket, ours: RedisSocket, addresses: [string, string]) {
    this.#redis = redis;
    this.#ours = ours;
    this.#addresses = addresses;
  }

  static async begin(redis: string, ours: string): Promise<Comparison> {
    const socket = await RedisSocket.connect(redis);
    return new Comparison(socket, await RedisSocket.connect(ours), [redis, ours]);
  }

  /** Removes all keys of both, and has both speak a version of the protocol. */
  async clear(version: 2 | 3): Promise<void> {
    for (const socket of [this.#redis, this.#ours]) {
      await socket.ask([["HELLO", String(version)]]);
    }
    await this.#redis.ask([["FLUSHALL"]]);
    const [keys] = await this.#ours.ask([["KEYS", "*"]]);
    const names = itemsOf(keys).map((item) => item.slice(item.indexOf("\n") + 1, -2));
    if (names.length > 0) await this.#ours.ask([["DEL", ...names]]);
  }

  /** @throws {Error} when a reply to one of the commands differs. */
  async compare(commands: readonly CommandWords[]): Promise<void> {
    const [theirs, ours] = await Promise.all(
      [this.#redis, this.#ours].map((socket) => socket.ask(commands)),
    );
    for (const [i, command] of commands.entries()) {
      assertEquals(
        comparable(command, ours[i]),
        comparable(command, theirs[i]),
        `${JSON.stringify(command)}, command ${i}`,
      );
    }
    this.compared += commands.length;
  }

  /** Sends bytes on connections of their own. @throws {Error} when what comes until their end differs. */
  async compareStreams(stream: string): Promise<void> {
    const [theirs, ours] = await Promise.all(this.#addresses.map(async (address) => {
      using socket = await RedisSocket.connect(address);
      await socket.send(stream);
      await socket.closeWrite();
      return await socket.rest();
    }));
    assertEquals(ours, theirs, JSON.stringify(stream));
  }

  [Symbol.dispose](): void {
    this.#redis[Symbol.dispose]();
    this.#ours[Symbol.dispose]();
  }
}

/** Commands that tell a time which both servers read from the clock. */
const ofTime = ["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"];

/**
 * Keys come in the order of their bytes here, and in that of hashes there. Times are the same but for a few
 * seconds.
 */
function comparable([name]: CommandWords, reply: string): string {
  const upper = name.toUpperCase();
  if (ofTime.includes(upper) && /^:\d{3,}\r\n$/.test(reply)) {
    const unitMs = upper.startsWith("P") ? 1 : 1_000;
    // Later expiries than a number can hold exactly are kept as the last that it can.
    const leftMs = Math.min(Number(reply.slice(1)) * unitMs, Number.MAX_SAFE_INTEGER - Date.now());
    return `about ${Math.round(leftMs / 60_000)} minutes`;
  }
  return upper === "KEYS" && reply.startsWith("*") ? itemsOf(reply).sort().join("") : reply;
}
