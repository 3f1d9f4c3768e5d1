/**
 * Names an actor anywhere: plain data that travels inside messages and JSON.
 *
 * `uid(ref)` names one actor for ever: a system that starts again on its old address draws a new
 * incarnation, and messages to refs of an earlier one reach nobody.
 */
export interface ActorRef {
  /** `host:port` of the actor's system. */
  readonly address: string;
  /** 64 random bits as 16 hexadecimal digits, drawn by the system at its start. */
  readonly incarnation: string;
  /** Counts the actors (and channels) of a system, from 1. */
  readonly counter: number;
}

/** A string that no other actor ever had. */
export function uid(ref: ActorRef): string {
  return `${ref.address}/${ref.incarnation}/${ref.counter}`;
}
