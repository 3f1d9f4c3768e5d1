/**
 * Directions. Anyone can go anywhere all the same: these are for those who walk.
 *
 * @module
 */

/** All directions; the first letter of each stands for it. */
export const directions = ["north", "south", "east", "west", "up", "down"] as const;

/** One of them. */
export type Direction = typeof directions[number];

/** The direction that `text` names, in full or by its letter. */
export function parseDirection(text: string): Direction | undefined {
  return directions.find((direction) => direction === text || direction[0] === text);
}
