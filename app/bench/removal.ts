import { measureRemoval, type RemovalRound } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface RemovalRow extends RemovalRound {
  name: "removal";
}

/** `cmud bench removal` */
export const removalSection: Section<RemovalRow> = {
  title: ({ memoryKeys }) =>
    `Removal: in each round ${
      memoryKeys.toLocaleString("en-US")
    } other keys come to one replica, ` +
    "and are deleted and removed",
  columns: () => [
    ["round", 5, ({ round }) => round],
    ["bytes", 13, ({ mostBytes }) => mostBytes],
    ["bytes left", 10, ({ leftBytes }) => leftBytes],
    ["puts a second", 13, ({ putsPerSecond }) => putsPerSecond],
    ["removals a second", 17, ({ removalsPerSecond }) => removalsPerSecond],
  ],
  async *measure({ memoryKeys, removalRounds, signal }) {
    for (const round of measureRemoval(memoryKeys, removalRounds, signal)) {
      yield {
        name: "removal",
        ...round,
        putsPerSecond: rounded(round.putsPerSecond),
        removalsPerSecond: rounded(round.removalsPerSecond),
      };
      // A signal is noticed between rounds.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  },
};
