/** The type of the npm package `damerau-levenshtein`, which ships none. */

export default function distance(a: string, b: string): { steps: number };
