import { assertEquals } from "../deps.ts";
import { type CommandWords, encoded, RedisSocket } from "../support/resp/redis_socket.ts";
import { RedisProcess } from "./redis_process.ts";
import { served } from "./served.ts";

/** What is asked to know that all that was told before has come: the reply has this word. */
const fence = "fence";

/** What a client was told until now, and as many messages at least. */
async function messagesOf(socket: RedisSocket, countMin: number): Promise<string[]> {
  await socket.send(encoded(["PING", fence]));
  const messages: string[] = [];
  for (let isFenced = false; !isFenced || messages.length < countMin;) {
    const message = await socket.reply();
    if (message.includes(fence)) isFenced = true;
    else messages.push(message);
  }
  return messages;
}

/** A client of a Redis and one of a server of ours, who do the same. */
class Pair implements Disposable {
  readonly redis: RedisSocket;
  readonly ours: RedisSocket;

  constructor(redis: RedisSocket, ours: RedisSocket) {
    this.redis = redis;
    this.ours = ours;
  }

  /** Sends commands in one go. @throws {Error} when the replies differ. */
  async ask(commands: readonly CommandWords[]): Promise<void> {
    const [theirs, ours] = await Promise.all(
      [this.redis, this.ours].map((socket) => socket.ask(commands)),
    );
    assertEquals(ours, theirs, JSON.stringify(commands));
  }

  /** Reads what the Redis has told it by now, and as much of ours. @throws {Error} when that differs. */
  async hear(after: string): Promise<void> {
    const theirs = await messagesOf(this.redis, 0);
    const ours = await messagesOf(this.ours, theirs.length);
    // Which of several subscriptions is told first is not promised.
    assertEquals(ours.sort(), theirs.sort(), after);
  }

  [Symbol.dispose](): void {
    this.redis[Symbol.dispose]();
    this.ours[Symbol.dispose]();
  }
}

/** Somebody who is told of changes, and somebody else, at a Redis and at a server of ours. */
export class ToldAlike implements Disposable {
  readonly listener: Pair;
  readonly writer: Pair;

  private constructor(listener: Pair, writer: Pair) {
    this.listener = listener;
    this.writer = writer;
  }

  static async begin(redis: string, ours: string): Promise<ToldAlike> {
    const pair = async () =>
      new Pair(await RedisSocket.connect(redis), await RedisSocket.connect(ours));
    return new ToldAlike(await pair(), await pair());
  }

  /** Has either of them send commands. @throws {Error} when replies differ, or what the listener is told. */
  async step(who: "listener" | "writer", commands: readonly CommandWords[]): Promise<void> {
    await this[who].ask(commands);
    await this.listener.hear(JSON.stringify(commands));
  }

  /** Has both sides begin without these keys, and the listener speak a version of the protocol. */
  async clear(version: string, keys: readonly string[]): Promise<void> {
    for (const socket of [this.listener.redis, this.listener.ours]) {
      await socket.ask([["DEL", ...keys], ["HELLO", version]]);
    }
  }

  [Symbol.dispose](): void {
    this.listener[Symbol.dispose]();
    this.writer[Symbol.dispose]();
  }
}

/** Runs `body` with a Redis that tells of events, and a server of ours of one query actor. */
export async function toldAlike(
  body: (begin: () => Promise<ToldAlike>) => Promise<void>,
): Promise<void> {
  await using redis = await RedisProcess.start();
  using socket = await RedisSocket.connect(redis.address);
  await socket.ask([["CONFIG", "SET", "notify-keyspace-events", "KE$gx"]]);
  await served({}, (address) => body(() => ToldAlike.begin(redis.address, address)));
}
