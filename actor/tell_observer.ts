import type { ActorRef } from "./actor_ref.ts";
import type { Marshalled } from "./marshaller.ts";

/**
 * Sees every message that the actors of a thread tell and are told, for whoever wants to follow them. A thread
 * that nobody observes pays one comparison for each message.
 */
export interface TellObserver {
  /**
   * A message is told, and not handled yet. Nothing may be told from here.
   *
   * @param from the actor that tells it; `undefined`: code outside of the actors
   * @param to an actor, a channel or an inbox, here or elsewhere
   * @param message as it was marshalled; its bytes may be overwritten once it is handled
   */
  told(from: ActorRef | undefined, to: ActorRef, message: Marshalled): void;
}
