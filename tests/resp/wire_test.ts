import { integerIn, writeDecimal } from "../../resp/wire/integers.ts";
import { ReplyWriter } from "../../resp/wire/reply_writer.ts";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { assertEquals, fc } from "../deps.ts";
import { bytesOf, latin1 } from "../support/resp/redis_socket.ts";
import { itemsOf, replyEnd } from "../support/resp/reply_end.ts";

const integerOf = (text: string) => {
  const bytes = bytesOf(`x${text}7`);
  return integerIn(bytes, 1, bytes.length - 1);
};

Deno.test("integerIn() reads signed 64-bit integers in their shortest form, and nothing else", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    assertEquals(integerOf(String(value)), value);
  }));
  const int64 = [2n ** 63n - 1n, -(2n ** 63n), 10n ** 18n];
  for (const value of int64) assertEquals(integerOf(String(value)), Number(value));
  const others = [2n ** 63n, -(2n ** 63n) - 1n, 10n ** 19n, 2n ** 64n].map(String);
  others.push("", "-", "+1", "01", "-0", "-01", "1.0", "1e3", " 1", "1 ", "0x1", "00", "--1", "a");
  for (const text of others) assertEquals(integerOf(text), NaN, text);
});

Deno.test("writeDecimal() writes safe integers", () => {
  const bytes = new Uint8Array(24);
  fc.assert(fc.property(
    fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1_000, max: 1_000 })),
    (value) => {
      assertEquals(latin1(bytes.subarray(2, writeDecimal(bytes, 2, value))), String(value));
    },
  ));
});

Deno.test("ReplyWriter writes each type of reply in both versions", () => {
  const write = (version: 2 | 3, body: (reply: ReplyWriter) => void) => {
    const reply = new ReplyWriter(new MsgpackWriter(1));
    reply.version = version;
    body(reply);
    return latin1(reply.writer.written());
  };
  const cases: [(reply: ReplyWriter) => void, string, string][] = [
    [(r) => r.ok(), "+OK\r\n", "+OK\r\n"],
    [(r) => r.simple("fine"), "+fine\r\n", "+fine\r\n"],
    [(r) => r.error("ERR a\r\nb"), "-ERR a  b\r\n", "-ERR a  b\r\n"],
    [(r) => r.errorBytes(bytesOf("E\xff\n")), "-E\xff \r\n", "-E\xff \r\n"],
    [(r) => r.integer(-12), ":-12\r\n", ":-12\r\n"],
    [(r) => r.bulk(bytesOf("a\r\n\xff"), 1), "$3\r\n\r\n\xff\r\n", "$3\r\n\r\n\xff\r\n"],
    [(r) => r.bulkText("é"), "$2\r\n\xc3\xa9\r\n", "$2\r\n\xc3\xa9\r\n"],
    [(r) => r.nil(), "$-1\r\n", "_\r\n"],
    [(r) => r.arrayHeader(3), "*3\r\n", "*3\r\n"],
    [(r) => r.mapHeader(2), "*4\r\n", "%2\r\n"],
    [(r) => r.setHeader(2), "*2\r\n", "~2\r\n"],
    [(r) => r.verbatim("ab"), "$2\r\nab\r\n", "=6\r\ntxt:ab\r\n"],
  ];
  for (const [body, in2, in3] of cases) {
    assertEquals(write(2, body), in2);
    assertEquals(write(3, body), in3);
  }
});

Deno.test("replyEnd() finds the end of nested replies, and no end of what is not whole", () => {
  const reply = "*3\r\n$3\r\na\r\n\r\n%1\r\n+k\r\n~2\r\n:1\r\n_\r\n$-1\r\n";
  const bytes = bytesOf(`${reply}+next\r\n`);
  assertEquals(replyEnd(bytes, 0), reply.length);
  for (let end = 1; end < reply.length; end++) {
    assertEquals(replyEnd(bytes.slice(0, end), 0) < 0, true);
  }
  assertEquals(itemsOf(reply), ["$3\r\na\r\n\r\n", "%1\r\n+k\r\n~2\r\n:1\r\n_\r\n", "$-1\r\n"]);
});
