import { problemSteps } from "../../../app/game/world/world.ts";

/**
 * Finds in the raw records of one replica which rounds are over and have promoted nobody.
 *
 * @param list all entries of the replica below a prefix
 * @returns by `rank/round`, whose the last hit was.
 */
export function unsettledRounds(
  list: (prefix: string) => ReadonlyMap<string, string>,
): Map<string, string> {
  const rounds = new Map<string, Map<string, { total: number; n: number }>>();
  const add = (round: string, session: string, hits: { total: number; n: number }) => {
    rounds.set(round, (rounds.get(round) ?? new Map()).set(session, hits));
  };
  for (const [key, value] of list("damage/")) {
    const [, rank, round, session] = key.split("/");
    add(`${rank}/${round}`, session, JSON.parse(value));
  }
  for (const [key, value] of list("end/")) {
    for (const { rank, round, hits } of JSON.parse(value).damage) {
      add(`${rank}/${round}`, key.slice("end/".length), hits);
    }
  }
  const unsettled = new Map<string, string>();
  for (const [round, hits] of rounds) {
    const sum = [...hits.values()].reduce((sum, { total }) => sum + total, 0);
    const isOver = sum >= problemSteps.get(round.split("/")[0])!;
    if (!isOver || list(`risen/${round}/`).size > 0) continue;
    const byOrder = [...hits].filter(([, { total }]) => total > 0)
      .sort(([a, { n: x }], [b, { n: y }]) => x - y || (a < b ? -1 : 1));
    unsettled.set(round, byOrder.at(-1)![0].split(".")[0]);
  }
  return unsettled;
}
