/** A request of a polite client. */
export interface Call {
  readonly method: "Get" | "Put" | "Delete" | "List" | "Count" | "Ping";
  /** Key and value, as the method wants them. */
  readonly params: readonly string[];
}

/** What the keys show that nobody else writes. */
export type KnownValues = ReadonlyMap<string, string>;

/**
 * What is answered to calls that are executed one behind the other, each a result.
 *
 * @param refused the numbers of those that are refused, which have no effect and no result
 * @returns the results, and what the keys show after that
 */
export function executed(
  before: KnownValues,
  calls: readonly Call[],
  refused: ReadonlySet<number>,
): { results: unknown[]; values: KnownValues } {
  const values = new Map(before);
  const results = calls.map((call, i) => refused.has(i) ? undefined : execute(values, call));
  return { results, values };
}

/** The keys that begin so, and what they show. */
export function listed(values: KnownValues, prefix: string): Record<string, string> {
  return Object.fromEntries([...values].filter(([key]) => key.startsWith(prefix)));
}

/** Whether what was found is what it should be, names in any order. */
export function isSame(found: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return found === expected;
  if (typeof found !== "object" || found === null) return false;
  const names = Object.keys(expected);
  return Object.keys(found).length === names.length &&
    names.every((name) =>
      (found as Record<string, unknown>)[name] === (expected as Record<string, unknown>)[name]
    );
}

/** What was found or should be, for a report. */
export function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200);
}

function execute(values: Map<string, string>, { method, params }: Call): unknown {
  const [key, value] = params;
  switch (method) {
    case "Get":
      return values.get(key) ?? null;
    case "Put":
      values.set(key, value);
      return null;
    case "Delete":
      return values.delete(key);
    case "List":
      return listed(values, key);
    case "Count":
      return Object.keys(listed(values, key)).length;
    case "Ping":
      return "pong";
  }
}
