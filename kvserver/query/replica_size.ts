import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";

/** Names of the figures of how much a replica holds. */
export const replicaSizeNames = ["keys", "tombstones"] as const;

/**
 * How much a replica holds, for whoever watches over the server: of its first one, because all of them hold the
 * same.
 */
export class ReplicaSize {
  #keys: ExtraFigure;
  #tombstones: ExtraFigure;

  constructor(thread: Pick<ActorThread, "extraFigure">) {
    this.#keys = thread.extraFigure("keys");
    this.#tombstones = thread.extraFigure("tombstones");
  }

  /** Says how many keys are shown, and how many more are kept. */
  note({ size, tombstones }: { readonly size: number; readonly tombstones: number }): void {
    this.#keys.set(size);
    this.#tombstones.set(tombstones);
  }
}
