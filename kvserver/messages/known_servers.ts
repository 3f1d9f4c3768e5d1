/** A server that is to be known no more, until it greets again itself. */
export interface ForgottenServer {
  /** Its system port, `host:port`. */
  readonly address: string;
  /** Its lives that were known; none: it was not reached since the server that forgot it started. */
  readonly incarnations: readonly string[];
}

/** A server that was not there. */
export interface AwayServer {
  /** Its system port, `host:port`. */
  readonly address: string;
  /** For how long, of the time in which the server ran that says so. */
  readonly awayMs: number;
}

/** What a server knew of others when it ended. */
export interface KnownServers {
  /** Addresses of the system ports of those that it knew. */
  readonly remembered: readonly string[];
  readonly forgotten: readonly ForgottenServer[];
  /** For how long some of those that it knew were away. */
  readonly away: readonly AwayServer[];
}
