import type { Limits } from "../../limits.ts";
import type { ScenarioName } from "../simulate/scenario.ts";
import { withoutComparisons } from "../simulate/checked_cluster.ts";
import type { Mutant } from "../support/mutation.ts";

/** A fault that a simulation must notice. */
export interface PlantedFault extends Mutant {
  /** The scenario that must notice it. */
  noticedBy: ScenarioName;
  /** Limits of the servers; default: as in truth. */
  limits?: Limits;
}

const MiB = 1024 * 1024;

/** Less than in truth, because so much would take long to put: no value here is as long as some are. */
export const smallOutbox: Limits = {
  ...withoutComparisons,
  syncMessageBytesMax: MiB,
  readAheadBytesMax: 2 * MiB,
  outboxBytesMax: 4 * MiB,
};
