import { incarnationOf } from "../entry/order.ts";

/**
 * Selects entries of a replica by their origin, the incarnation of the server that accepted them:
 * `only` those of the named incarnations, or all `except` those.
 */
export type OriginFilter = { only: readonly string[] } | { except: readonly string[] };

/** So many answers are remembered: whoever connects as a server can bring entries of ever new uids. */
const answersMax = 4_096;

/**
 * Returns a predicate on the uid of an entry: whether the filter selects the entry. The predicate
 * remembers its answers, because a replica holds many entries of few uids.
 */
export function originTest(filter: OriginFilter): (uid: string) => boolean {
  const answers = new Map<string, boolean>();
  return (uid) => {
    let isSelected = answers.get(uid);
    if (isSelected === undefined) {
      const origin = incarnationOf(uid);
      isSelected = "only" in filter
        ? filter.only.includes(origin)
        : !filter.except.includes(origin);
      if (answers.size >= answersMax) answers.clear();
      answers.set(uid, isSelected);
    }
    return isSelected;
  };
}
