import type { SimulatedWorld } from "../world/simulated_environment.ts";

/** What carries so many bytes, one after the other. */
export class Wire {
  bytesPerMs: number;
  #world: SimulatedWorld;
  /** When all that was handed over has left. */
  #freeAtMs = 0;

  constructor(world: SimulatedWorld, bytesPerMs: number) {
    this.#world = world;
    this.bytesPerMs = bytesPerMs;
  }

  /** When so many bytes have left, behind all that waits already. */
  leaveMs(bytes: number): number {
    this.#freeAtMs = Math.max(this.#world.nowMs, this.#freeAtMs) + bytes / this.bytesPerMs;
    return this.#freeAtMs;
  }
}
