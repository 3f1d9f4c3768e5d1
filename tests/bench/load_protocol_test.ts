import { cmudProtocol } from "../../bench/cmud_protocol.ts";
import type { LoadProtocol } from "../../bench/load_protocol.ts";
import { redisProtocol } from "../../bench/redis_protocol.ts";
import { beginResponse, MsgpackWriter, writeErrorResponse } from "../../rpc/mod.ts";
import { assertEquals, assertThrows } from "../deps.ts";

const encoder = new TextEncoder();

/** Whole replies, one behind the other: where each of them ends. */
function ends(protocol: LoadProtocol, bytes: Uint8Array, end = bytes.length): number[] {
  const found: number[] = [];
  for (let at = 0; at < end;) {
    at = protocol.endOfReply(bytes, at, end);
    if (at === 0) break;
    found.push(at);
  }
  return found;
}

/** However many bytes of the replies are there, those that are whole are found, and no other. */
function assertCounts(protocol: LoadProtocol, replies: readonly Uint8Array[]): void {
  const all = new Uint8Array(replies.flatMap((reply) => [...reply]));
  const expected = replies.map((_, i) => replies.slice(0, i + 1).reduce((n, r) => n + r.length, 0));
  for (let end = 0; end <= all.length; end++) {
    assertEquals(ends(protocol, all, end), expected.filter((replyEnd) => replyEnd <= end));
  }
}

function response(msgid: number, writeResult: (writer: MsgpackWriter) => void): Uint8Array {
  const writer = new MsgpackWriter();
  const frame = beginResponse(writer, msgid);
  writeResult(writer);
  writer.endFrame(frame);
  return writer.written().slice();
}

Deno.test("cmudProtocol counts replies however they are cut, and throws for a refusal", () => {
  const replies = [0, 1, 127, 128, 255, 256, 65_535].map((msgid) =>
    response(msgid, (writer) => void writer.str("v".repeat(msgid % 300)))
  );
  assertCounts(cmudProtocol, [response(0, (writer) => writer.nil()), ...replies]);
  for (const msgid of [0, 128, 65_535]) {
    const writer = new MsgpackWriter();
    writeErrorResponse(writer, msgid, "overloaded", "Too much to do");
    assertThrows(() => ends(cmudProtocol, writer.written()), Error, "with an error");
  }
});

Deno.test("redisProtocol counts replies however they are cut, and throws for an error or no value", () => {
  const replies = [
    "+OK\r\n",
    "$0\r\n\r\n",
    "$16\r\nvvvv\r\nvvvvvvvvvv\r\n",
    "+OK\r\n",
    "$3\r\nabc\r\n",
  ];
  assertCounts(redisProtocol, replies.map((reply) => encoder.encode(reply)));
  for (const reply of ["-ERR no\r\n", "$-1\r\n"]) {
    assertThrows(() => ends(redisProtocol, encoder.encode(reply)), Error, "The Redis");
  }
});

Deno.test("redisProtocol writes GET and SET", () => {
  const writer = new MsgpackWriter();
  redisProtocol.writeRequest(writer, 7, "Get", "kéy", "");
  redisProtocol.writeRequest(writer, 8, "Put", "k", "value");
  assertEquals(
    new TextDecoder().decode(writer.written()),
    "*2\r\n$3\r\nGET\r\n$4\r\nkéy\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n",
  );
});
