import { UsageError } from "./usage_error.ts";

/** The text of a file that an invocation names. @throws {UsageError} when it cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new UsageError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** As `readText`, but `undefined` when there is no such file. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if ((error as Error).cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file that an invocation names. @throws {UsageError} when it cannot be written. */
export async function writeText(
  path: string,
  text: string,
  options: Deno.WriteFileOptions = {},
): Promise<void> {
  await written(path, () => Deno.writeTextFile(path, text, options));
}

/** Does what writes a file that an invocation names. @throws {UsageError} when it cannot. */
export async function written(path: string, writing: () => Promise<void>): Promise<void> {
  try {
    await writing();
  } catch (cause) {
    throw new UsageError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
