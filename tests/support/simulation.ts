import { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** Options of `testInWorld`. */
export interface WorldTestOptions {
  /** Default 1. A failure prints it. */
  seed?: number;
}

/**
 * Registers a test that runs in a world of its own. What it started it has to end: a timer that
 * still waits afterwards fails it.
 */
export function testInWorld(
  name: string,
  fn: (world: SimulatedWorld) => Promise<void> | void,
  options: WorldTestOptions = {},
): void {
  Deno.test(name, async () => {
    const world = new SimulatedWorld(options);
    try {
      await fn(world);
      await world.advance(0);
      if (world.pendingTimers > 0) throw new Error(`${world.pendingTimers} timers are left open`);
    } catch (error) {
      console.error(`Seed of the failed simulation: ${world.seed}`);
      throw error;
    }
  });
}
