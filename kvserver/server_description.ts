/**
 * What one server must know of another to sync with it, as text that may be copied about.
 *
 * @module
 */

import type { ActorRef } from "../actor/mod.ts";

/** @returns the description of the server that has this sync actor. */
export function describeServer(syncActor: ActorRef, queryAddresses: readonly string[]): string {
  return JSON.stringify({ cmud: 1, syncActor, queryAddresses });
}

/**
 * The sync actor of the server that `description` describes. What a newer version adds is ignored.
 *
 * @throws {TypeError} when it describes none.
 */
export function syncActorOf(description: string): ActorRef {
  try {
    const { cmud, syncActor: { address, incarnation, counter } } = JSON.parse(description);
    const isRef = typeof address === "string" && typeof incarnation === "string" &&
      Number.isInteger(counter);
    if (cmud === 1 && isRef) return { address, incarnation, counter };
  } catch {
    // Told below, as any other text that is no description.
  }
  throw new TypeError(
    `Cannot join ${JSON.stringify(description)}: allowed is the description of a running server`,
  );
}
