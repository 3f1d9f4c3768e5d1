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
  static {
    this.prototype.name = "RpcError";
  }

  /** What kind of error it is; a newer server may know more of them than `ErrorCode` lists. */
  readonly code: ErrorCode | string;

  /** The `host:port` that was called: known where the call was made, and there alone. */
  readonly address: string | undefined;

  /** Takes its fields, its message and its cause. */
  constructor(
    code: ErrorCode | string,
    message: string,
    options?: ErrorOptions & { address?: string },
  ) {
    super(message, options);
    this.code = code;
    this.address = options?.address;
  }
}

/** Nobody answers at an address, or the connection to it was lost. */
export class ConnectionError extends Error {
  static {
    this.prototype.name = "ConnectionError";
  }

  /** The `host:port` that was called. */
  readonly address: string;

  /** Whether the call surely had no effect, or may have it twice without harm. */
  readonly retrySafe: boolean;

  /** Takes its fields, its message and its cause. */
  constructor(address: string, retrySafe: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.address = address;
    this.retrySafe = retrySafe;
  }
}

/** No reply came in time. The call may have had its effect or may still have it. */
export class TimeoutError extends Error {
  static {
    this.prototype.name = "TimeoutError";
  }

  /** The `host:port` that was called. */
  readonly address: string;

  /** Whether the call may have its effect twice without harm. */
  readonly retrySafe: boolean;

  /** Takes its fields, and for how many milliseconds a reply was waited for. */
  constructor(address: string, retrySafe: boolean, timeoutMs: number) {
    super(`Cannot wait longer for ${address}: no reply within ${Math.ceil(timeoutMs)} ms`);
    this.address = address;
    this.retrySafe = retrySafe;
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
