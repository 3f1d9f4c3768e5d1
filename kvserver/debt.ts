import { incarnationOf } from "./order.ts";
import type { Entry } from "./store.ts";

/**
 * Which entries of a replica a peer is owed, by the incarnations of the servers that took them:
 * `only` those of some, or all `except` those of some.
 */
export interface Debt {
  only?: readonly string[];
  except?: readonly string[];
}

/** Whether an entry is owed. */
export function isOwed({ only, except = [] }: Debt, { uid }: Entry): boolean {
  const incarnation = incarnationOf(uid);
  return only === undefined ? !except.includes(incarnation) : only.includes(incarnation);
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
