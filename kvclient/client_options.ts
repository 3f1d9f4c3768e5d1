import type { Dialer, Environment } from "../rpc/mod.ts";

/** Options of a `Client`. */
export interface ClientOptions {
  /** How long a call may take, milliseconds, dialing included. Default 5000. */
  timeoutMs?: number;
  /**
   * Shown to each server, so that it lets the client in: one for all, or that of an address. Default: none
   * is. Other machines are shown it in TLS alone.
   */
  token?: string | ((address: string) => string | undefined);
  /**
   * Connects in TLS, and verifies servers by the CAs that the runtime knows, and by those of `ca`, texts in
   * PEM. Default: plain TCP.
   */
  tls?: boolean | { readonly ca?: string };
  /** Whether the token may be shown to other machines without TLS, for all to read in between. Default: no. */
  insecure?: boolean;
  /**
   * How often a call is made again that surely had no effect, or may have it twice without harm: because its
   * connection was lost, or the server answers that it is not available. Each time the address that the
   * router names then is asked; where that is the one that failed, after a pause. Default 3.
   */
  retries?: number;
  /** Clock and timers. Default: the machine's. */
  environment?: Environment;
  /** The network. Default: TCP, and WebSockets, of the runtime that the program is on. */
  transport?: Dialer;
}

/** Options of one call. */
export interface ClientCallOptions {
  /** How long this call may take, milliseconds. Default: the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Ends the call early; it then fails with the signal's reason. */
  signal?: AbortSignal;
}
