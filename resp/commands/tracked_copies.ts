/** What a client keeps copies of, and so is told that it has changed. */
export interface Tracking {
  /**
   * Told of all keys that begin with one of these, those that are added later behind the others;
   * `undefined`: of the keys that the client has read.
   */
  readonly prefixes: readonly Uint8Array[] | undefined;
  /** Whether it is not told of what it has changed itself. */
  readonly isNoLoop: boolean;
  /** Which of its reads count: all, those that it asks for, all but those that it excepts. */
  readonly reads: "all" | "optin" | "optout";
}
