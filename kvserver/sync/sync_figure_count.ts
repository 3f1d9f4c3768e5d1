import type { SyncFigures } from "../messages/sync_figures.ts";
import type { ComparisonFigures } from "./comparer.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";

/** Keeps the figures up to date: at once when nothing waits any more, else now and then, as it takes time. */
export class SyncFigureCount {
  #figures: SyncFigures;
  #everyMs: number;
  #countedMs = -Infinity;
  #hasPending = false;

  constructor(figures: SyncFigures, everyMs: number) {
    this.#figures = figures;
    this.#everyMs = everyMs;
  }

  count(
    members: Pick<Membership, "peers" | "overflows">,
    replicas: Pick<LocalReplicas, "lagMs">,
    { bytes, rounds, repairs, differingMs }: ComparisonFigures,
    nowMs: number,
  ): void {
    this.#figures.reconcileBytes.set(bytes);
    this.#figures.reconcileRounds.set(rounds);
    this.#figures.repairs.set(repairs);
    this.#figures.differingMs.set(Math.round(differingMs));
    const all = [...members.peers];
    const hasPending = all.some(({ isIdle }) => !isIdle) || replicas.lagMs > 0;
    if (!hasPending && !this.#hasPending) return;
    if (hasPending && nowMs < this.#countedMs + this.#everyMs) return;
    this.#hasPending = hasPending;
    this.#countedMs = nowMs;
    const { pendingBytes, oldestPendingMs, replicaLagMs, overflows } = this.#figures;
    pendingBytes.set(all.reduce((sum, peer) => sum + peer.pendingBytes, 0));
    oldestPendingMs.set(Math.round(all.reduce((most, { lagMs }) => Math.max(most, lagMs), 0)));
    replicaLagMs.set(Math.round(replicas.lagMs));
    overflows.set(members.overflows);
  }
}
