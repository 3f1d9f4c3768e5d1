import { fc } from "../deps.ts";
import { isUtf8 } from "../../rpc/mod.ts";
import { bytesOf, type CommandWords, utf8 } from "../support/resp/redis_socket.ts";

/** Few, so that commands meet each other. */
const key = fc.constantFrom(
  "a",
  "b",
  "c",
  "k:1",
  "k:2",
  "k:10",
  "K:1",
  "[x]",
  "",
  utf8("ключ"),
  "d e",
);

const value = fc.oneof(
  fc.constantFrom("", "0", "1", "-1", "value", "x".repeat(100), "y".repeat(5_000), "a\r\nb", "\0"),
  fc.string({ unit: "grapheme", maxLength: 20 }).map(utf8),
  fc.string({ unit: fc.constantFrom("\xff", "\xc3", "\xbc", "a"), maxLength: 4 }),
);

const integer = fc.oneof(
  fc.integer({ min: -12, max: 12 }).map(String),
  fc.constantFrom("01", "+1", "-0", "1.5", "x", "", " 1", "1 ", "9223372036854775807"),
  fc.constantFrom("-9223372036854775808", "9223372036854775808", "4294967296", "1e3"),
);

const pattern = fc.oneof(
  fc.constantFrom(
    "*",
    "**",
    "k*",
    "?",
    "k:?",
    "[a-c]",
    "[^a]",
    "[c-a]*",
    "\\[x\\]",
    "[",
    "[^",
    "\\",
  ),
  fc.string({ unit: fc.constantFrom(..."*?[]^-\\akK:1"), maxLength: 8 }),
);

const keys = fc.array(key, { minLength: 1, maxLength: 4 });

/** A command with arguments that make some sense. */
const sensible: fc.Arbitrary<CommandWords> = fc.oneof(
  fc.tuple(fc.constant("GET"), key),
  fc.tuple(fc.constant("SET"), key, value),
  fc.tuple(
    fc.tuple(fc.constant("SET"), key, value),
    fc.array(fc.constantFrom("NX", "XX", "GET", "nx", "Get", "FOO", "KEEP"), { maxLength: 3 }),
  ).map(([start, options]) => [...start, ...options]),
  fc.tuple(fc.constantFrom("SETNX", "GETSET", "APPEND"), key, value),
  fc.tuple(fc.constantFrom("GETDEL", "STRLEN", "TYPE"), key),
  fc.tuple(fc.constantFrom("MGET", "DEL", "UNLINK", "EXISTS", "TOUCH"), keys)
    .map(([name, keys]) => [name, ...keys]),
  fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 4 })
    .map((pairs) => ["MSET", ...pairs.flat()]),
  fc.tuple(fc.constant("GETRANGE"), key, integer, integer),
  fc.tuple(fc.constant("KEYS"), pattern),
  fc.tuple(fc.constantFrom("ECHO", "PING"), value),
  fc.tuple(fc.constant("SELECT"), integer),
  fc.constantFrom<CommandWords>(["DBSIZE"], ["PING"], ["RESET"], ["AUTH", "default", "x"]),
);

/** May stand where a key does: Redis takes longer ones, and any bytes. */
const short = value.filter((text) => text.length < 4_096 && isUtf8(bytesOf(text), 0, text.length));

/** So far from now that no test sees it pass, or passed. */
const ttl = fc.oneof(
  fc.constantFrom("1000", "2000", "1000000", "2000000", "33000000000"),
  fc.constantFrom("-1", "-1000", "-33000000000"),
  integer.filter((text) => !/^[1-9]\d?$/.test(text)),
);

/** Options that have to do with expiries. */
const expiry = fc.oneof(
  fc.tuple(fc.constantFrom("EX", "PX", "ex"), ttl),
  // One that has passed already is still counted by Redis, until somebody looks at the key.
  fc.tuple(
    fc.constantFrom("EXAT", "PXAT"),
    fc.constantFrom("33000000000000", "0", "-1", "x", "9223372036854775807"),
  ).filter(([unit, at]) => unit === "PXAT" || at !== "33000000000000"),
  fc.tuple(fc.constant("EXAT"), fc.constantFrom("33000000000", "9223372036854776")),
  fc.constantFrom(["KEEPTTL"], ["PERSIST"], ["NX"], ["XX"], ["GET"], ["GT"], ["LT"], ["EX"], [
    "FOO",
  ]),
);

const expiring: fc.Arbitrary<CommandWords> = fc.oneof(
  fc.tuple(fc.constant("SET"), key, value, fc.array(expiry, { maxLength: 3 }))
    .map(([name, key, value, options]) => [name, key, value, ...options.flat()]),
  fc.tuple(fc.constant("GETEX"), key, fc.array(expiry, { maxLength: 2 }))
    .map(([name, key, options]) => [name, key, ...options.flat()]),
  fc.tuple(fc.constantFrom("SETEX", "PSETEX"), key, ttl, value),
  fc.tuple(
    fc.constantFrom("EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "expire"),
    key,
    ttl,
    fc.array(fc.constantFrom("NX", "XX", "GT", "LT", "lt", "FOO"), { maxLength: 2 }),
  ).map(([name, key, ttl, options]) => [name, key, ttl, ...options]),
  fc.tuple(fc.constantFrom("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "ttl"), key),
);

/** A command as a client with a bug may send it. */
const strange: fc.Arbitrary<CommandWords> = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...["GET", "SET", "MGET", "MSET", "DEL", "GETRANGE", "APPEND", "STRLEN", "TYPE", "KEYS"],
      ...["SCAN", "EXISTS", "GETDEL", "SETNX", "GETSET", "TOUCH", "PING", "ECHO", "SELECT"],
      ...["DBSIZE", "RANDOMKEY", "TIME", "AUTH", "RESET", "UNLINK", "TTL", "PERSIST", "GETEX"],
      ...["EXPIRETIME", "PTTL"],
    ),
    fc.array(fc.oneof(key, short, integer), { maxLength: 5 }),
  ).map(([name, args]) => [name, ...args]).filter(isPredictable),
  fc.tuple(fc.constantFrom("FOO", "", "getx", "a\r\nb", "z".repeat(200)), fc.array(value)).map(
    ([name, args]) => [name, ...args],
  ),
  fc.tuple(
    fc.constantFrom("CLIENT", "client", "COMMAND", "CONFIG"),
    fc.constantFrom("FOO", "GETNAME", "", "a\rb", "SETNAME", "COUNT"),
    fc.array(fc.constantFrom("x", "a b", ""), { maxLength: 2 }),
  ).map(([name, subcommand, args]) => [name, subcommand, ...args]).filter(isPredictable),
  fc.tuple(
    fc.constant("CLIENT"),
    fc.constantFrom("NO-EVICT", "no-evict"),
    fc.constantFrom("on", "off", "x"),
  ),
  fc.tuple(fc.constant("SCAN"), fc.constantFrom("x", "1a", "18446744073709551616", "-")),
  fc.tuple(fc.constant("SCAN"), fc.constant("0"), fc.constantFrom("COUNT", "MATCH", "x")),
  fc.tuple(fc.constant("SCAN"), fc.constant("0"), fc.constant("COUNT"), integer)
    .filter(([, , , count]) => !/^[1-9]/.test(count)),
  fc.tuple(fc.constant("HELLO"), fc.constantFrom("1", "4", "x"), fc.array(value, { maxLength: 2 }))
    .map(([name, version, rest]) => [name, version, ...rest]),
  fc.tuple(fc.constantFrom("HELLO"), fc.constant("2"), fc.constantFrom("AUTH", "SETNAME", "FOO")),
  fc.tuple(fc.constant("AUTH"), fc.constantFrom("x", "default"), fc.array(value, { maxLength: 2 }))
    .map(([name, user, rest]) => [name, user, ...rest]),
);

/** Whether both servers answer the same: some answers are of chance, the time, or what there is. */
function isPredictable([name, second, ...rest]: CommandWords): boolean {
  const isWhole = second === undefined;
  if (["TIME", "RANDOMKEY"].includes(name)) return !isWhole;
  // C's strings end at a zero byte, and numbers are read from such.
  if (name === "SCAN") return isWhole || !/^[+-]?\d*(\0|$)/.test(second);
  if (name === "SET") return rest.length < 2;
  if (name.toUpperCase() === "COMMAND") return second !== "COUNT" || rest.length > 0;
  return true;
}

/** Names of commands may be in any case. */
const cased = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: sensible }, { weight: 2, arbitrary: expiring }, {
    weight: 1,
    arbitrary: strange,
  }),
  fc.nat(9),
)
  .map(([[name, ...args], way]): CommandWords => [
    way === 0
      ? name.toLowerCase()
      : way === 1
      ? name.slice(0, 1) + name.slice(1).toLowerCase()
      : name,
    ...args,
  ]);

/** Commands that are sent in one go. */
export const commands: fc.Arbitrary<CommandWords[]> = fc.array(cased, {
  minLength: 1,
  maxLength: 60,
});
