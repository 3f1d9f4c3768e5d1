import type { BundlePatch } from "./bundle_patch.ts";

/** What the page needs for the exercises, beside their texts. */
export interface ExerciseFiles {
  /** By the exercise: what makes the script of the faulty worker of the right one. */
  readonly patches: Record<string, BundlePatch>;
  /** By path: the files that have faults in some exercise, without them. */
  readonly sources: Record<string, string>;
}
