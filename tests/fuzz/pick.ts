/**
 * Which steps of which actions of a seed are done: `network:12.0.3` is the first and the fourth step of
 * action 12 of the lane `network`.
 *
 * @module
 */

/**
 * The actions of a seed are drawn in rows: what is wrong with messages to the two servers, far too much of
 * what is right, one server that lies for as long as the run lasts, and those with processes of their own.
 */
export const lanes = ["network", "flood", "lie", "process"] as const;

/** One of the rows. */
export type Lane = typeof lanes[number];

/** One step of one action. */
export interface Pick {
  readonly lane: Lane;
  readonly action: number;
  readonly step: number;
}

/** The picks as text. */
export function formatPicks(picks: readonly Pick[]): string {
  const steps = new Map<string, number[]>();
  for (const { lane, action, step } of picks) {
    const name = `${lane}:${action}`;
    steps.set(name, [...steps.get(name) ?? [], step]);
  }
  return [...steps].map(([name, numbers]) => [name, ...numbers].join(".")).join(",");
}

/** Reads what `formatPicks` writes. @throws {TypeError} when it is something else. */
export function parsePicks(text: string): Pick[] {
  return text.split(",").flatMap((part) => {
    const match = /^(\w+):(\d+)((?:\.\d+)+)$/.exec(part);
    if (match === null || !isLane(match[1])) {
      throw new TypeError(`Cannot use ${JSON.stringify(part)}: allowed is network:ACTION.STEP`);
    }
    const [, lane, action, steps] = match;
    return steps.slice(1).split(".").map((step) => (
      { lane: lane as Lane, action: Number(action), step: Number(step) }
    ));
  });
}

/** Whether there is a row of this name. */
export function isLane(name: string): name is Lane {
  return (lanes as readonly string[]).includes(name);
}
