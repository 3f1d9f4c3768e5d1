import { itemsOf } from "../../support/resp/reply_end.ts";
import { type CommandWords, encoded, RedisSocket } from "../../support/resp/redis_socket.ts";
import type { Answer, PoliteConnection } from "./connection.ts";
import { type Call, isSame, shown } from "./known_values.ts";

/** Calls as commands of Redis, whose replies come in the order of the commands. */
export class RedisConnection implements PoliteConnection {
  #socket: RedisSocket;
  #calls: readonly Call[] = [];
  #answered = 0;

  private constructor(socket: RedisSocket) {
    this.#socket = socket;
  }

  static async connect(address: string): Promise<RedisConnection> {
    return new RedisConnection(await RedisSocket.connect(address));
  }

  send(calls: readonly Call[]): Promise<void> {
    this.#calls = calls;
    this.#answered = 0;
    return this.#socket.send(calls.map((call) => encoded(commandOf(call))).join(""));
  }

  async answer(): Promise<Answer> {
    const reply = await this.#socket.reply();
    const call = this.#answered++;
    return {
      call,
      isOverloaded: reply.startsWith("-OOM "),
      text: shown(reply),
      says: (result) => isReply(reply, this.#calls[call], result),
    };
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

/** The command that does what a call does, and tells as much of it as Redis has a command for. */
function commandOf({ method, params: [key, value] }: Call): CommandWords {
  switch (method) {
    case "Get":
      return ["GET", key];
    case "Put":
      return ["SET", key, value];
    case "Delete":
      return ["DEL", key];
    case "List":
    case "Count":
      return ["KEYS", `${key}*`];
    case "Ping":
      return ["PING"];
  }
}

/** Whether a reply is what the command is answered when the call has this result. */
function isReply(reply: string, { method }: Call, result: unknown): boolean {
  switch (method) {
    case "Get":
      return reply === (result === null ? "$-1\r\n" : bulk(result as string));
    case "Put":
      return reply === "+OK\r\n";
    case "Delete":
      return reply === (result ? ":1\r\n" : ":0\r\n");
    case "List": {
      const keys = Object.keys(result as Record<string, string>);
      return reply.startsWith("*") && isSame(itemsOf(reply).sort(), keys.map(bulk).sort());
    }
    case "Count":
      return reply.startsWith(`*${result}\r\n`);
    case "Ping":
      return reply === "+PONG\r\n";
  }
}

/** A text of ASCII as it stands in a reply. */
function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
