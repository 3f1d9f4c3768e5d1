/**
 * The third-party names that only the tests and benchmarks use.
 *
 * @module
 */

// @ts-types="./types/std_assert.d.ts"
export {
  assert,
  assertEquals,
  assertExists,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

// @ts-types="./types/std_msgpack.d.ts"
export { decode as stdDecode, encode as stdEncode } from "@std/msgpack";

export { decode as msgpackDecode, encode as msgpackEncode } from "@msgpack/msgpack";

export { default as fc } from "fast-check";

/** A terminal without a window, that draws what a program writes: loaded by the few that look at one. */
export const loadXTerm = async () => (await import("@xterm/headless")).default.Terminal;

/** Clients of Redis, which few tests load. */
export const loadIoredis = async () => (await import("ioredis")).Redis;
export const loadRedisClient = () => import("@redis/client");

/** A store that speaks S3, which few tests load. */
export const loadS3 = async () => (await import("s3rver")).default;

/** A browser, which one program drives. */
export const loadPlaywright = () => import("playwright-core");

/** Finds what keeps people from using a page. */
export const loadAxe = async () => (await import("axe-core")).default;
