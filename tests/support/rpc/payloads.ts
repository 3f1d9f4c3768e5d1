import { msgpackEncode } from "../../deps.ts";
import { concat } from "./wire.ts";

/**
 * Payloads that a server must accept, and such that it must not, each with what is odd about it.
 *
 * @module
 */

/** The id of every request here that has one. */
export const payloadMsgid = 7;

/** Payloads that all say `[0, 7, "Ping", []]`. */
export const pings: Record<string, Uint8Array> = {
  "the shortest encoding": concat(0x94, 0, 7, str("Ping"), 0x90),
  "an array 16 outside": concat(0xdc, [0, 4], 0, 7, str("Ping"), 0x90),
  "an array 32 outside": concat(0xdd, [0, 0, 0, 4], 0, 7, str("Ping"), 0x90),
  "its type as a uint 8": concat(0x94, [0xcc, 0], 7, str("Ping"), 0x90),
  "its type as an int 64": concat(0x94, 0xd3, new Uint8Array(8), 7, str("Ping"), 0x90),
  "its msgid as a uint 8": concat(0x94, 0, [0xcc, 7], str("Ping"), 0x90),
  "its msgid as a uint 16": concat(0x94, 0, [0xcd, 0, 7], str("Ping"), 0x90),
  "its msgid as a uint 32": concat(0x94, 0, [0xce, 0, 0, 0, 7], str("Ping"), 0x90),
  "its msgid as a uint 64": concat(0x94, 0, 0xcf, long(7), str("Ping"), 0x90),
  "its msgid as an int 8": concat(0x94, 0, [0xd0, 7], str("Ping"), 0x90),
  "its msgid as an int 16": concat(0x94, 0, [0xd1, 0, 7], str("Ping"), 0x90),
  "its msgid as an int 32": concat(0x94, 0, [0xd2, 0, 0, 0, 7], str("Ping"), 0x90),
  "its msgid as an int 64": concat(0x94, 0, 0xd3, long(7), str("Ping"), 0x90),
  "its method as a str 8": concat(0x94, 0, 7, [0xd9, 4], ascii("Ping"), 0x90),
  "its method as a str 16": concat(0x94, 0, 7, [0xda, 0, 4], ascii("Ping"), 0x90),
  "its method as a str 32": concat(0x94, 0, 7, [0xdb, 0, 0, 0, 4], ascii("Ping"), 0x90),
  "its params as an array 16": concat(0x94, 0, 7, str("Ping"), [0xdc, 0, 0]),
  "its params as an array 32": concat(0x94, 0, 7, str("Ping"), [0xdd, 0, 0, 0, 0]),
};

/** Payloads that end a connection, and of which the request's id cannot be known. */
export const nameless: Record<string, Uint8Array> = {
  "nil": msgpackEncode(null),
  "an integer": msgpackEncode(5),
  "a str": msgpackEncode("Ping"),
  "a bin": msgpackEncode(new Uint8Array([0, 7])),
  "a map": msgpackEncode({ method: "Ping" }),
  "an extension": concat(0xd4, 1, 0),
  "the byte that starts nothing": concat(0xc1),
  "random bytes": concat([0x9f, 0x13, 0xee, 0x0d, 0xc1, 0x55, 0xaa, 0x80]),
  "another protocol": ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  "an empty array": msgpackEncode([]),
  "an array of a type alone": msgpackEncode([0]),
  "an array without any element": concat(0x94),
  "an array that ends in its header": concat(0xdc, 0),
  "a request that ends before its msgid": concat(0x94, 0),
  "a request that ends in its msgid": concat(0x94, 0, 0xce, 0),
  "type 3": msgpackEncode([3, 7, "Ping", []]),
  "type -1": msgpackEncode([-1, 7, "Ping", []]),
  "a type that is a str": msgpackEncode(["0", 7, "Ping", []]),
  "a type that is a float": concat(0x94, 0xcb, new Uint8Array(8), 7, str("Ping"), 0x90),
  "a response": msgpackEncode([1, 7, null, null]),
  "a negative msgid": msgpackEncode([0, -7, "Ping", []]),
  "a msgid one beyond a u32": msgpackEncode([0, 2 ** 32, "Ping", []]),
  "the greatest uint 64 as msgid": concat(0x94, 0, 0xcf, ones(8), str("Ping"), 0x90),
  "the least int 64 as msgid": concat(0x94, 0, 0xd3, 0x80, new Uint8Array(7), str("Ping"), 0x90),
  "a msgid that is a str": msgpackEncode([0, "7", "Ping", []]),
  "a msgid that is nil": msgpackEncode([0, null, "Ping", []]),
  "a msgid that is a float": msgpackEncode([0, 7.5, "Ping", []]),
  "a notification of two": msgpackEncode([2, "Ping"]),
  "a notification of four": msgpackEncode([2, "Ping", [], null]),
  "a notification whose method is none": msgpackEncode([2, 5, []]),
  "a notification whose params are a map": msgpackEncode([2, "Ping", {}]),
  "a notification with a byte behind it": concat(msgpackEncode([2, "Ping", []]), 0xc0),
  "arrays that nest 10,000 deep": new Uint8Array(10_000).fill(0x91),
  "maps that nest 10,000 deep": concat(...Array.from({ length: 10_000 }, () => [0x81, 0xc0])),
  "an array that claims four billion": concat(0xdd, ones(4)),
};

/** Payloads that end a connection once the request, whose id is known, is refused. */
export const named: Record<string, Uint8Array> = {
  "two elements": msgpackEncode([0, 7]),
  "three elements": msgpackEncode([0, 7, "Ping"]),
  "five elements": msgpackEncode([0, 7, "Ping", [], null]),
  "a claim of four billion elements": concat(0xdd, ones(4), 0, 7, str("Ping"), 0x90),
  "a method that is an integer": msgpackEncode([0, 7, 5, []]),
  "a method that is nil": msgpackEncode([0, 7, null, []]),
  "a method that is a bin": msgpackEncode([0, 7, new Uint8Array(ascii("Ping")), []]),
  "a method that is an array": msgpackEncode([0, 7, ["Ping"], []]),
  "no method": concat(0x94, 0, 7),
  "a method that is cut": concat(0x94, 0, 7, 0xa4, ascii("Pi")),
  "a method that claims four billion": concat(0x94, 0, 7, 0xdb, ones(4), ascii("Ping"), 0x90),
  "no params": concat(0x94, 0, 7, str("Ping")),
  "params that are nil": msgpackEncode([0, 7, "Ping", null]),
  "params that are a map": msgpackEncode([0, 7, "Ping", { key: "k" }]),
  "params that are a str": msgpackEncode([0, 7, "Ping", "k"]),
  "params that are cut": concat(0x94, 0, 7, str("Ping"), 0x91),
  "params that claim four billion": concat(0x94, 0, 7, str("Ping"), 0xdd, ones(4)),
  "a param that is cut": concat(0x94, 0, 7, str("Ping"), 0x91, 0xa5, ascii("ab")),
  "a param that claims four billion": concat(0x94, 0, 7, str("Ping"), 0x91, 0xdb, ones(4)),
  "a param that starts nothing": concat(0x94, 0, 7, str("Ping"), 0x91, 0xc1),
  "what starts nothing deep in a param": concat(0x94, 0, 7, str("Ping"), 0x91, 0x81, 0xa0, 0xc1),
  "a byte behind it": concat(msgpackEncode([0, 7, "Ping", []]), 0),
  "a request behind it": concat(...[1, 2].map(() => msgpackEncode([0, 7, "Ping", []]))),
};

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A short str. */
function str(text: string): Uint8Array {
  return concat(0xa0 | text.length, ascii(text));
}

function long(value: number): Uint8Array {
  return concat(new Uint8Array(7), value);
}

function ones(count: number): Uint8Array {
  return new Uint8Array(count).fill(0xff);
}
