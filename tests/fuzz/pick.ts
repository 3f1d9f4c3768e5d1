/**
 * Which steps of which actions of a seed are done: `network:12.0.3` is the first and the fourth step of
 * action 12 of the lane `network`.
 *
 * @module
 */

/** The actions of a seed are drawn in two rows: against the two servers, and those with processes of their own. */
export const lanes = ["network", "process"] as const;

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
    const match = /^(network|process):(\d+)((?:\.\d+)+)$/.exec(part);
    if (match === null) {
      throw new TypeError(`Cannot use ${JSON.stringify(part)}: allowed is network:ACTION.STEP`);
    }
    const [, lane, action, steps] = match;
    return steps.slice(1).split(".").map((step) => (
      { lane: lane as Lane, action: Number(action), step: Number(step) }
    ));
  });
}
