import { fc } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { comparing } from "./comparing.ts";
import { encoded, utf8 } from "../support/resp/redis_socket.ts";

/** What a connection may send that is not the usual: each on one of its own, up to its end. */
const streams = [
  "PING\r\nPING hello\n\r\n  \r\nECHO \"a\\x41\\n\\\"\" \r\necho 'it\\'s'\r\n",
  "SET inline 'a b'\r\nGET inline\r\nDEL inline\r\nGET\tinline\r\n",
  'ECHO "open\r\nPING\r\n',
  "ECHO 'a'b\r\nPING\r\n",
  'ECHO "a"b\r\n',
  'ECHO a"b c"\r\n',
  'ECHO "\\xzz\\x4" "\\x41\\t\\b\\a\\r\\\\"\r\n',
  "ECHO '\\n\\\\' ''\r\nECHO ''\r\n",
  'ECHO a\vb\r\n\vPING\r\nECHO "a"\vb\r\n',
  "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a b\r\n",
  "host: x\r\nPING\r\n",
  "Host: localhost\r\nGET / HTTP/1.1\r\n\r\n",
  encoded(["POST", "x"]) + encoded(["PING"]),
  encoded(["QUIT"]) + encoded(["PING"]),
  encoded(["quit", "now"]),
  "*0\r\n*-1\r\n*-10\r\n*1\r\n$4\r\nPING\r\n",
  "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
  "*1\r\n:4\r\nPING\r\n",
  "*1\r\n$x\r\nPING\r\n",
  "*1\r\n$-1\r\nPING\r\n",
  "*1\r\n$-\r\nPING\r\n",
  "*1\r\n$\r\nPING\r\n",
  "*1\r\n\r\nPING\r\n",
  "*1\r\n$04\r\nPING\r\n",
  "*1\r\n$+4\r\nPING\r\n",
  "*1\r\n$4 \r\nPING\r\n",
  "*1\r\n$4\rxPING\r\n*1\r\n$4\r\nPING\r\n",
  "*1\r\n$99999999999999999999\r\nPING\r\n",
  "*1\r\n$9223372036854775807\r\nPING\r\n",
  "*99999999999\r\n$4\r\nPING\r\n",
  "*9223372036854775808\r\n",
  "*01\r\n$4\r\nPING\r\n",
  "*x\r\n",
  "*\r\n",
  "* 1\r\n$4\r\nPING\r\n",
  "*1\r\n" + encoded(["PING"]),
  encoded(["PING"]) + "*1\r\n?\r\n" + encoded(["PING"]),
  encoded(["PING"]) + "*2\r\n$4\r\nPING\r\n",
  encoded(["PING"]) + "*2\r\n$4\r\nPI",
  "*" + "1".repeat(70_000),
  "*1\r\n$" + "1".repeat(70_000),
  "x".repeat(70_000),
  "ECHO " + "x".repeat(60_000) + "\r\n",
  encoded(["PING"]) + "x".repeat(70_000) + "\r\n",
  encoded(["CLIENT", "REPLY", "OFF"]) + encoded(["PING"]) + encoded(["CLIENT", "REPLY", "ON"]),
  encoded(["CLIENT", "REPLY", "SKIP"]) + encoded(["PING"]) + encoded(["PING", "2"]),
  encoded(["CLIENT", "REPLY", "OFF"]) + encoded(["CLIENT", "REPLY", "SKIP"]) + encoded(["PING"]),
  encoded(["CLIENT", "REPLY", "SKIP"]) + encoded(["CLIENT", "REPLY", "ON"]) + encoded(["PING"]),
  encoded(["CLIENT", "REPLY", "SKIP"]) + encoded(["CLIENT", "REPLY", "SKIP"]) +
  encoded(["PING"]) + encoded(["PING", "2"]),
  encoded(["CLIENT", "REPLY", "OFF"]) + encoded(["RESET"]) + encoded(["PING"]),
  encoded(["CLIENT", "REPLY", "OFF"]) + encoded(["QUIT"]),
  encoded(["CLIENT", "REPLY", "OFF"]) + "*1\r\n?\r\n",
  encoded(["CLIENT", "SETNAME", "x"]) + encoded(["CLIENT", "GETNAME"]) + encoded(["RESET"]) +
  encoded(["CLIENT", "GETNAME"]),
  encoded(["MGET", ...Array.from({ length: 3_000 }, (_, i) => `no such key ${i}`)]),
  encoded(["ECHO", utf8("ключ")]) + encoded(["ECHO", "\xff\0\r\n"]),
  encoded(["FOO", "a\0b", "\xff", "c\r\nd"]),
];

testUnless(
  missing("redis-server"),
  "a query actor answers inline commands, and what breaks the protocol, as Redis does",
  () =>
    comparing(async (comparison) => {
      for (const stream of streams) await comparison.compareStreams(stream);
    }),
);

testUnless(
  missing("redis-server"),
  "a query actor splits inline commands into words as Redis does",
  () =>
    comparing(async (comparison) => {
      const line = fc.string({ unit: fc.constantFrom(..."ab \t\"'\\xn41\v"), maxLength: 14 });
      const property = fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
        await comparison.compareStreams(
          lines.map((line) => `FOO ${line}\r\n`).join("") + "PING\r\n",
        );
      });
      await fc.assert(property, { numRuns: 150 });
    }),
);

testUnless(
  missing("redis-server"),
  "a query actor tells of each command what Redis tells",
  () =>
    comparing(async (comparison) => {
      const names = ["GET", "set", "MGET", "MSET", "SETNX", "GETSET", "GETDEL", "STRLEN"];
      names.push("APPEND", "GETRANGE", "DEL", "UNLINK", "EXISTS", "TOUCH", "TYPE", "KEYS", "SCAN");
      names.push("RANDOMKEY", "PING", "ECHO", "SELECT", "AUTH", "HELLO", "RESET", "DBSIZE", "TIME");
      names.push("QUIT", "INFO", "FOO", "client|id", "CLIENT|LIST", "client|foo", "config|get");
      names.push("SETEX", "PSETEX", "GETEX", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "TTL");
      names.push("PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST");
      names.push("SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "client|tracking");
      names.push("client|caching", "client|getredir", "client|trackinginfo");
      names.push("command|docs", "command|count", "client|no-evict", "client|help");
      for (const version of [2, 3] as const) {
        await comparison.clear(version);
        for (const name of names) await comparison.compare([["COMMAND", "INFO", name]]);
      }
    }),
);
