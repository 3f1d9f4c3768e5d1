/**
 * The exit codes of every command, and which error ends with which.
 *
 * @module
 */

import { ConnectionError, RpcError, TimeoutError } from "../../kvclient/mod.ts";
import { exitCodeOfSignal } from "./stop_signals.ts";
import { UnreachableError } from "./unreachable_error.ts";
import { UsageError } from "./usage_error.ts";

/** Exit codes, after BSD's sysexits where they overlap. */
export const exitCodes = {
  ok: 0,
  keyNotFound: 1,
  differ: 1,
  usage: 64,
  unreachable: 69,
  internal: 70,
  tryAgain: 75,
  hungUp: exitCodeOfSignal("SIGHUP"),
  interrupted: exitCodeOfSignal("SIGINT"),
  quit: exitCodeOfSignal("SIGQUIT"),
  terminated: exitCodeOfSignal("SIGTERM"),
} as const;

/** What each exit code means, as the help lists it. */
export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [exitCodes.ok, "ok"],
  [exitCodes.keyNotFound, "key not found; replicas differ"],
  [exitCodes.usage, "wrong usage"],
  [exitCodes.unreachable, "server unreachable"],
  [exitCodes.internal, "internal error"],
  [exitCodes.tryAgain, "not ready, or refused for now: try again"],
  [exitCodes.hungUp, "hung up"],
  [exitCodes.interrupted, "interrupted"],
  [exitCodes.quit, "quit"],
  [exitCodes.terminated, "terminated"],
];

/** Refusals for which the request itself is to blame. */
const usageCodes = ["bad_request", "unknown_method", "too_large", "unauthorized"];

/** Refusals that another try may not meet. */
const passingCodes = ["overloaded", "unavailable"];

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const unreachable = [ConnectionError, TimeoutError, UnreachableError];
  if (unreachable.some((type) => error instanceof type)) return exitCodes.unreachable;
  if (error instanceof RpcError && usageCodes.includes(error.code)) return exitCodes.usage;
  if (error instanceof RpcError && passingCodes.includes(error.code)) return exitCodes.tryAgain;
  return exitCodes.internal;
}
