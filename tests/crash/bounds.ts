import type { Durability } from "../../kvserver/mod.ts";

/** What a busy machine's scheduling adds. */
const schedulingMs = 300;

/**
 * How long before a kill a Put may have been answered that is missing after it: with relaxed durability
 * 200 ms, and what the disk takes longer than a disk that keeps up. What is written waits for the sync of
 * what was written before, or for the few of a fold.
 *
 * @param syncMs how long a sync took at most
 */
export function lossMsMax(durability: Durability, syncMs: number): number {
  return durability === "strict" ? 0 : 200 + schedulingMs + 4 * syncMs;
}
