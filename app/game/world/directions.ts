/**
 * Which place lies in which direction of another one. Anyone can go anywhere all the same: these are
 * for those who walk.
 *
 * @module
 */

/** All directions; the first letter of each stands for it. */
export const directions = ["north", "south", "east", "west", "up", "down"] as const;

/** One of them. */
export type Direction = typeof directions[number];

/** The ways out of each place. */
export const waysFrom: ReadonlyMap<string, Ways> = new Map([
  ["fence", { west: "bridge" }],
  ["bridge", { east: "fence", west: "5" }],
  ["1", { up: "2" }],
  ["2", { up: "3", down: "1" }],
  ["3", { up: "4", down: "2" }],
  ["4", { up: "5", down: "3" }],
  ["5", { east: "bridge", up: "6", down: "4" }],
  ["6", { up: "7", down: "5" }],
  ["7", { up: "8", down: "6" }],
  ["8", { up: "9", down: "7" }],
  ["9", { down: "8" }],
]);

/** Where each direction leads. */
export type Ways = Partial<Readonly<Record<Direction, string>>>;

/** The direction that `text` names, in full or by its letter. */
export function parseDirection(text: string): Direction | undefined {
  return directions.find((direction) => direction === text || direction[0] === text);
}
