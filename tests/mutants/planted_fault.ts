import type { Limits } from "../../limits.ts";
import { type ScenarioName, seedOfCase } from "../simulate/scenario.ts";
import type { Mutant } from "../support/mutation.ts";

/** A fault that a simulation must notice. */
export interface PlantedFault extends Mutant {
  /** The scenario that must notice it. */
  noticedBy: ScenarioName;
  /** The seed, or the hand-written case, that is tried before the others; default: they are tried from 1 on. */
  noticedAt?: number | string;
  /** Limits of the servers; default: as in truth. */
  limits?: Limits;
}

/**
 * The seeds that must notice a fault, in the order in which they are tried.
 *
 * @param count how many there are
 */
export function* seedsOf(
  { noticedBy, noticedAt }: Pick<PlantedFault, "noticedBy" | "noticedAt">,
  count: number,
): Iterable<number> {
  const first = typeof noticedAt === "string" ? seedOfCase(noticedBy, noticedAt) : noticedAt;
  if (first !== undefined) yield first;
  for (let seed = 1; seed <= count; seed++) if (seed !== first) yield seed;
}
