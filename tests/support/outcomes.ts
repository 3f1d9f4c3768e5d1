import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** What each of `promises` rejects with, however long that takes. @throws when one does not. */
export async function rejectionsOf(
  world: SimulatedWorld,
  promises: Promise<unknown>[],
): Promise<unknown[]> {
  const outcomes = await world.complete(Promise.allSettled(promises));
  return outcomes.map((outcome, i) => {
    if (outcome.status === "rejected") return outcome.reason;
    throw new Error(`Promise ${i} did not reject: it resolved with ${String(outcome.value)}`);
  });
}

/** What `promise` rejects with. @throws when it does not. */
export async function rejectionOf(
  world: SimulatedWorld,
  promise: Promise<unknown>,
): Promise<unknown> {
  return (await rejectionsOf(world, [promise]))[0];
}
