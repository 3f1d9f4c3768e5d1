import { Seat, type SeatOptions } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

/** A clock that a test sets. */
export class Clock {
  ms = 1_000_000_000;

  /** As somebody reads it whose clock is wrong by so much. */
  skewed(byMs: number): SeatOptions {
    return { now: () => this.ms + byMs };
  }
}

/** Ada and Bob on the 5th floor, and their clock. */
export async function company(options: Partial<SeatOptions> = {}) {
  const store = new MemoryStore();
  const clock = new Clock();
  const ada = await Seat.take(store, "Ada", { ...clock.skewed(0), ...options });
  const bob = await Seat.take(store, "Bob", clock.skewed(0));
  await ada.lookAround();
  return { store, clock, ada, bob };
}
