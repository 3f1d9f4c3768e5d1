import { wireLimits } from "../../limits.ts";
import type { ErrorCode, RpcError } from "../../rpc/mod.ts";

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
  noToken: "NOAUTH Authentication required.",
  wrongToken: "WRONGPASS invalid username-password pair or user is disabled.",
  noCommand: (name: string) => `NOPERM this user has no permissions to run the '${name}' command`,
  noKey: "NOPERM this user has no permissions to access one of the keys used as arguments",
  tooManyValues: `ERR the reply exceeds ${wireLimits.frameBytesMax} bytes, ask for fewer keys`,
  memoryIsFull: "OOM command not allowed when used memory > 'maxmemory'.",
} as const;

/** What is said of writes that the server refuses. */
export function refusalOf({ code, message }: RpcError): string {
  if (code === "overloaded") return refusals.memoryIsFull;
  return `${code === "unavailable" ? "MISCONF" : "ERR"} ${message}`;
}

/** Why a command is refused, as the code of an error in frames. @param message that the client is told */
export function codeOf(message: string): ErrorCode {
  switch (/^\w+/.exec(message)?.[0]) {
    case "OOM":
      return "overloaded";
    case "MISCONF":
      return "unavailable";
    case "NOAUTH":
    case "WRONGPASS":
    case "NOPERM":
      return "unauthorized";
    default:
      return "bad_request";
  }
}

/** What C prints of a string, and so Redis of an argument: the bytes up to the first zero byte. */
export function untilZero(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}

/** @throws {CommandError} that the command has another number of arguments than it may. */
export function wrongArity(name: string): never {
  throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
}
