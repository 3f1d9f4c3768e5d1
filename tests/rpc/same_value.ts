import { assertEquals } from "../deps.ts";

/**
 * Asserts that `actual` is what `expected` is, to the last distinction that JavaScript makes: -0
 * and 0, 1 and 1n, a key that is absent and one that holds `undefined`, the prototype, the order.
 */
export function assertSameValue(actual: unknown, expected: unknown): void {
  if (Object.is(actual, expected)) return;
  if (!isObject(actual) || !isObject(expected)) throw differ(actual, expected);
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) {
    throw differ(actual, expected);
  }
  if (actual instanceof Uint8Array) return assertEquals(actual, expected as Uint8Array);
  const [parts, expectedParts] = [partsOf(actual), partsOf(expected)];
  if (parts.length !== expectedParts.length) throw differ(actual, expected);
  for (let i = 0; i < parts.length; i++) assertSameValue(parts[i], expectedParts[i]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Keys and values in turn. */
function partsOf(container: object): unknown[] {
  if (container instanceof Map) return [...container].flat(1);
  return Reflect.ownKeys(container).flatMap((key) => [key, Reflect.get(container, key)]);
}

function differ(actual: unknown, expected: unknown): Error {
  return new Error(`Found ${Deno.inspect(actual)}, expected ${Deno.inspect(expected)}`);
}
