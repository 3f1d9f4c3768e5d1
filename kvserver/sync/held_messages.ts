import type { LocalReplica } from "./local_replica.ts";

/** A message of a peer that is not acknowledged. */
interface Held {
  readonly release: () => void;
  /** By replica, how many entries have to be merged before. */
  readonly places: readonly number[];
}

/**
 * The messages of other servers that are not acknowledged, because a query actor of this server has still to
 * merge entries of them, or of a message before them. So a server that is slow shows to those who send to it:
 * they count what it lacks, and send it no more than it digests.
 */
export class HeldMessages {
  #held: Held[] = [];

  /** The message that is handled now came: its entries are among what waits for the replicas. */
  add(replicas: readonly LocalReplica[], release: () => void): void {
    this.#held.push({ release, places: replicas.map(({ place }) => place) });
  }

  /** Has those acknowledged that every replica has merged, in the order in which they came. */
  release(replicas: readonly LocalReplica[]): void {
    let count = 0;
    for (const { places } of this.#held) {
      if (!places.every((place, i) => replicas[i].hasMerged(place))) break;
      count++;
    }
    for (const { release } of this.#held.splice(0, count)) release();
  }
}
