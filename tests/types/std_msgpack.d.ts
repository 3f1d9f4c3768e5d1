/** Types of Deno's own msgpack as the tests use it; the npm edition of Deno's std ships none. */

export function encode(value: unknown): Uint8Array;
export function decode(bytes: Uint8Array): unknown;
