/** What a server may take, on all of its threads together: plain data that may be posted to them. */
export interface ServerBounds {
  /** Bytes of memory; past it Puts are refused, and connections are cut. */
  readonly maxMemory: number;
  /** Open connections of clients; a further one is closed at once. */
  readonly maxConnections: number;
  /** A client's connection on which nothing comes for so long is ended; `Infinity`: none is. */
  readonly idleTimeoutMs: number;
}
