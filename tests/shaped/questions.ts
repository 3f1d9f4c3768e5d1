/** What a server on a host is asked. */
export type Question =
  /** To put so many keys that begin so, with values of so many bytes. Answered when all are accepted. */
  | { readonly ask: "put"; readonly prefix: string; readonly count: number; readonly bytes: number }
  /** How many keys begin so. */
  | { readonly ask: "count"; readonly prefix: string }
  /** Whom it knows. */
  | { readonly ask: "members" }
  /** Its figures. */
  | { readonly ask: "stats" };

/** What it answers, as JSON. */
export type Answer = number | readonly unknown[] | Record<string, unknown>;
