/** A server that is to be known no more, until it greets again itself. */
export interface ForgottenServer {
  /** Its system port, `host:port`. */
  readonly address: string;
  /** Its lives that were known; none: it was not reached since the server that forgot it started. */
  readonly incarnations: readonly string[];
}

/** What a server knew of others when it ended. */
export interface KnownServers {
  /** Addresses of the system ports of those that it knew. */
  readonly remembered: readonly string[];
  readonly forgotten: readonly ForgottenServer[];
}
