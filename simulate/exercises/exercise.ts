import type { SourceEdit } from "./source_edit.ts";

/** How much of the system one has to know. */
export type Level = "easy" | "medium" | "hard";

/**
 * One line of the system is wrong. Who solves it finds a history that shows that, as a scenario, and then the
 * line.
 */
export interface Exercise {
  /** From 1, in the order of the levels. */
  readonly id: number;
  readonly title: string;
  readonly level: Level;
  /** What somebody has seen. */
  readonly task: string;
  /** Each says more than the one before. */
  readonly hints: readonly string[];
  readonly fault: SourceEdit;
}

/** What is said to an answer. */
export interface Verdict {
  readonly isRight: boolean;
  readonly says: string;
}
