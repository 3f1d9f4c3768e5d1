import { MsgpackWriter } from "../rpc/mod.ts";
import type { LoadMethod, LoadProtocol, LoadValue } from "./load_protocol.ts";

/** Redis's own protocol, RESP: GET and SET, and their replies. It has no List. */
export const redisProtocol: LoadProtocol = {
  name: "resp",

  writeRequest(writer, _i, method, key, value) {
    writer.raw(redisCommand([words[method], key, ...method === "Put" ? [value] : []]));
  },

  endOfReply(bytes, at, end) {
    let lineEnd = at;
    while (bytes[lineEnd++] !== lineFeed) if (lineEnd >= end) return 0;
    if (bytes[at] === plus) return lineEnd;
    if (bytes[at] !== dollar || bytes[at + 1] === minus) {
      throw new Error("The Redis answered a request with an error, or has not what was put");
    }
    let length = 0;
    for (let i = at + 1; i < lineEnd - 2; i++) length = length * 10 + bytes[i] - zero;
    const replyEnd = lineEnd + length + 2;
    return replyEnd > end ? 0 : replyEnd;
  },
};

/** A command as it is sent. */
export function redisCommand(command: readonly LoadValue[]): Uint8Array {
  const writer = new MsgpackWriter();
  writer.raw(encoder.encode(`*${command.length}\r\n`));
  for (const word of command) {
    const bytes = typeof word === "string" ? encoder.encode(word) : word;
    writer.raw(encoder.encode(`$${bytes.length}\r\n`));
    writer.raw(bytes);
    writer.raw(encoder.encode("\r\n"));
  }
  return writer.written();
}

const words: Record<LoadMethod, string> = { Get: "GET", Put: "SET", List: "KEYS" };
const encoder = new TextEncoder();
const [lineFeed, plus, dollar, minus, zero] = encoder.encode("\n+$-0");
