/**
 * The facts of the game's world: places, ranks, problems, hardware. Tables only.
 *
 * @module
 */

/** All ranks, lowest first. */
export const ranks = [
  "Undergraduate",
  "Masters",
  "PhD",
  "PostDoc",
  "Professor",
  "Retired",
] as const;

/** How far a player has come. */
export type Rank = typeof ranks[number];

/** Steps of the problem between each rank and the next; the last rank has none. */
export const problemSteps: ReadonlyMap<Rank, number> = new Map([
  ["Undergraduate", 100],
  ["Masters", 1_000],
  ["PhD", 10_000],
  ["PostDoc", 500_000],
  ["Professor", 10_000_000],
]);

/** The rank above, or nothing above the last. */
export function rankAfter(rank: Rank): Rank | undefined {
  return ranks[ranks.indexOf(rank) + 1];
}

/** The command names of all hardware, cheapest first. */
export const kinds = ["cpu", "gpu", "asic", "quantum", "dark_matter"] as const;

/** What a player computes with, by its command name. */
export type Kind = typeof kinds[number];

/** One line of the shop. */
export interface HardwareFacts {
  readonly title: string;
  /** Coins for one. */
  readonly price: number;
  /** What one adds to its owner's computing power. */
  readonly power: number;
  /** The lowest rank that the shop sells it to. */
  readonly from: Rank;
}

/** All hardware there is. */
export const hardwareFacts: Readonly<Record<Kind, HardwareFacts>> = {
  cpu: { title: "Xeon CPUs", price: 1, power: 1, from: "Undergraduate" },
  gpu: { title: "Nvidia GPUs", price: 5, power: 10, from: "Masters" },
  asic: { title: "Bitcoin ASICs", price: 25, power: 100, from: "PhD" },
  quantum: { title: "Quantum Processors", price: 125, power: 1_000, from: "PostDoc" },
  dark_matter: { title: "Dark Matter Processors", price: 625, power: 10_000, from: "Professor" },
};

/** What the shop sells to `rank`, cheapest first. */
export function kindsFor(rank: Rank): Kind[] {
  return kinds.filter((kind) => ranks.indexOf(hardwareFacts[kind].from) <= ranks.indexOf(rank));
}

/** Every place by its command name, with the name that players are shown. */
export const places: ReadonlyMap<string, string> = new Map([
  ["fence", "The Fence"],
  ["bridge", "Randy Pausch Bridge"],
  ["1", "Gates 1st Floor"],
  ["2", "Gates 2nd Floor"],
  ["3", "Gates 3rd Floor"],
  ["4", "Gates 4th Floor"],
  ["5", "Gates 5th Floor"],
  ["6", "Gates 6th Floor"],
  ["7", "Gates 7th Floor"],
  ["8", "Gates 8th Floor"],
  ["9", "Gates 9th Floor"],
]);

/** Where a new player starts, and whoever's place is unknown stands. */
export const firstPlace = "5";
