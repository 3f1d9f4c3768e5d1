import type { Limits } from "../../limits.ts";
import type { ScenarioName } from "../simulate/scenario.ts";
import type { Mutant } from "../support/mutation.ts";

/** A fault that a simulation must notice. */
export interface PlantedFault extends Mutant {
  /** The scenario that must notice it. */
  noticedBy: ScenarioName;
  /** Limits of the servers; default: as in truth. */
  limits?: Limits;
}
