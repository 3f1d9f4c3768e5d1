/** A command is refused; the message is what the client is told, in Redis's own words. */
export class CommandError extends Error {
  static {
    this.prototype.name = "CommandError";
  }
}

/** Refusals that several commands have in common. */
export const refusals = {
  syntax: "ERR syntax error",
  notAnInteger: "ERR value is not an integer or out of range",
  tooLong: "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  memoryIsFull: "OOM command not allowed when used memory > 'maxmemory'.",
} as const;

/** What C prints of a string, and so Redis of an argument: the bytes up to the first zero byte. */
export function untilZero(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}

/** @throws {CommandError} that the command has another number of arguments than it may. */
export function wrongArity(name: string): never {
  throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
}
