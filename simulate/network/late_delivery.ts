import type { Marshalled, SystemId, TellHost } from "../../actor/mod.ts";
import type { SimulatedWorld } from "../world/simulated_environment.ts";
import type { NetworkObserver, Way } from "./network_observer.ts";

/** What a delivery asks of its network. */
export interface DeliveringNetwork {
  readonly world: SimulatedWorld;
  readonly observer: NetworkObserver | undefined;
  /** Whether nothing is let through from one address to another. */
  isCut(from: string, to: string): boolean;
  /** The host of a system, while it is open. */
  hostOf(id: SystemId): TellHost | undefined;
}

/** A message that has left. */
export interface SentMessage {
  readonly id: number;
  /** Of the actor that it is for. */
  readonly counter: number;
  readonly message: Marshalled;
  readonly arrivalMs: number;
}

/**
 * Delivers what was on its way on a connection that its sender has given up, so much later: in order, beside what
 * comes on the next connection, even when the sender has ended meanwhile. Nobody acknowledges it. What is cut off, or
 * refused, is lost with all that was behind it.
 */
export function deliverLate(
  network: DeliveringNetwork,
  way: Way,
  messages: readonly SentMessage[],
  lateMs: number,
): void {
  const { world, observer } = network;
  let isOver = false;
  for (const { id, counter, message, arrivalMs } of messages) {
    world.after(arrivalMs + lateMs - world.nowMs, () => {
      const host = network.hostOf(way.to);
      isOver ||= host === undefined || network.isCut(way.from.address, way.to.address);
      if (isOver) return observer?.lost?.(id, way, "cut off");
      observer?.arrived?.(id, way);
      const reason = host!.check(counter, message, way.from);
      if (reason === undefined) return host!.receive(counter, { ...message, source: unheard });
      isOver = true;
      observer?.lost?.(id, way, "refused");
      host!.refusedMessage("simulated", way.from.address, reason);
    });
  }
}

/** Is told of messages that were handled, and tells nobody. */
const unheard = { handled() {} };
