/** The requests that write whose replies are deferred: of each its msgid, and its result. */
export interface DeferredResults {
  readonly msgids: number[];
  /** What each is answered: nil, or whether the key that was deleted was shown. */
  readonly results: (boolean | null)[];
}

/** A list of deferred replies that has none. */
export function noReplies(): DeferredResults {
  return { msgids: [], results: [] };
}
