import { type Environment, realEnvironment } from "../../rpc/mod.ts";

/** The machine's environment, with a wall clock that is ahead by so many milliseconds. */
export function skewedClock(aheadMs: number): Environment {
  return { ...realEnvironment, now: () => realEnvironment.now() + aheadMs };
}
