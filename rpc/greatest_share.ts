/**
 * Finds who is to make way for one more of `host`, where hosts share some room: what the host has that
 * has most. So one host takes no place that another one needs.
 *
 * @returns `undefined` when `host` itself would have as many then
 */
export function greatestShare<T>(
  all: Iterable<T>,
  hostOf: (it: T) => string,
  host: string,
): T[] | undefined {
  const byHost = Map.groupBy(all, hostOf);
  const own = byHost.get(host)?.length ?? 0;
  let most: T[] = [];
  for (const share of byHost.values()) if (share.length > most.length) most = share;
  return most.length > own + 1 ? most : undefined;
}
