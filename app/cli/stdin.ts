/**
 * Stdin, for commands that are told to read it.
 *
 * @module
 */

import { fstatSync } from "node:fs";
import { chunksOf, standardInput } from "./standard_streams.ts";
import { UsageError } from "./usage_error.ts";

/** The device number of the null device, where a system gives it a fixed one. */
const nullDevices: Readonly<Partial<Record<typeof Deno.build.os, number>>> = {
  linux: 0x103,
  darwin: 0x3000002,
};

/**
 * Tells apart "nothing was given" and "what was given is empty".
 *
 * @throws {UsageError} when stdin was closed, or is the null device. The runtime opens the null device
 * in the place of a stdin that was closed, so the two look alike here.
 */
export function expectStdin(): void {
  if (fstatSync(0).rdev !== nullDevices[Deno.build.os]) return;
  throw new UsageError("Cannot read stdin: it is closed, or the null device");
}

/** The bytes of stdin. @throws {UsageError} when it cannot be read. */
export async function* readStdin(): AsyncGenerator<Uint8Array> {
  const chunks = chunksOf(standardInput);
  for (;;) {
    let chunk: IteratorResult<Uint8Array>;
    try {
      chunk = await chunks.next();
    } catch (cause) {
      throw new UsageError(`Cannot read stdin: ${(cause as Error).message}`, { cause });
    }
    if (chunk.done) return;
    yield chunk.value;
  }
}
