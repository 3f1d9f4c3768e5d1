import { incarnationOf } from "../order.ts";

/**
 * Which entries of a replica a peer is owed, by the incarnations of the servers that took them:
 * `only` those of some, or all `except` those of some.
 */
export interface Debt {
  only?: readonly string[];
  except?: readonly string[];
}

/** Tells whether the entries of a uid are owed; for many entries of few uids. */
export function debtTest({ only, except = [] }: Debt): (uid: string) => boolean {
  const known = new Map<string, boolean>();
  return (uid) => {
    let isOwed = known.get(uid);
    if (isOwed === undefined) {
      const incarnation = incarnationOf(uid);
      isOwed = only === undefined ? !except.includes(incarnation) : only.includes(incarnation);
      known.set(uid, isOwed);
    }
    return isOwed;
  };
}

/** What is owed by either. */
export function bothDebts(a: Debt, b: Debt): Debt {
  if (a.only !== undefined && b.only !== undefined) {
    return { only: [...new Set([...a.only, ...b.only])] };
  }
  const exceptions = (a.except ?? b.except ?? []).filter((incarnation) =>
    [a, b].every(({ only, except }) =>
      only === undefined ? except?.includes(incarnation) : !only.includes(incarnation)
    )
  );
  return { except: exceptions };
}
