/**
 * What can go wrong between a caller and a server.
 *
 * @module
 */

/** The words by which an error reply says what kind it is. */
export const errorCodes = [
  "bad_request",
  "unknown_method",
  "too_large",
  "unauthorized",
  "overloaded",
  "unavailable",
  "internal",
] as const;

/** One of the words by which an error reply says what kind it is. */
export type ErrorCode = typeof errorCodes[number];

/**
 * The server's refusal of a request: thrown where the request is executed, sent as the reply's
 * error, and thrown again where the call was made.
 */
export class RpcError extends Error {
  override name = "RpcError";

  /** Where the call was made: known there alone. */
  readonly address: string | undefined;

  /** @param code what kind of error; a newer server may know more of them than `ErrorCode` lists */
  constructor(
    readonly code: ErrorCode | string,
    message: string,
    options?: ErrorOptions & { address?: string },
  ) {
    super(message, options);
    this.address = options?.address;
  }
}

/** Nobody answers at an address, or the connection to it was lost. */
export class ConnectionError extends Error {
  override name = "ConnectionError";

  /**
   * @param address the `host:port` that was called
   * @param retrySafe whether the call surely had no effect, or may have it twice without harm
   */
  constructor(
    readonly address: string,
    readonly retrySafe: boolean,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** No reply came in time. The call may have had its effect or may still have it. */
export class TimeoutError extends Error {
  override name = "TimeoutError";

  /** @param retrySafe whether the call may have its effect twice without harm */
  constructor(readonly address: string, readonly retrySafe: boolean, timeoutMs: number) {
    super(`Cannot wait longer for ${address}: no reply within ${timeoutMs} ms`);
  }
}

/**
 * Whether making the same call again may succeed and cannot do harm: nobody was reached, the call
 * only reads, or the server said that it is busy.
 */
export function isRetriable(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return error.retrySafe;
  return error instanceof RpcError && (error.code === "overloaded" || error.code === "unavailable");
}
