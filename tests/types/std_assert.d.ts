/** Types of the few assertions that the tests use; the npm edition of Deno's std ships none. */

// deno-lint-ignore no-explicit-any -- as in Deno's own declarations
type Class<E extends Error> = abstract new (...args: any[]) => E;

export function assert(condition: unknown, message?: string): asserts condition;
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void;
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
export function assertGreater<T>(actual: T, expected: T, message?: string): void;
export function assertLess<T>(actual: T, expected: T, message?: string): void;
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
export function assertInstanceOf<T extends Error>(
  actual: unknown,
  expected: Class<T>,
  message?: string,
): asserts actual is T;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: Class<E>,
  messageIncludes?: string,
): E;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: Class<E>,
  messageIncludes?: string,
): Promise<E>;
