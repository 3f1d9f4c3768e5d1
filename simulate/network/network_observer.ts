import type { Marshalled, SystemId } from "../../actor/mod.ts";

/** One direction between two systems. */
export interface Way {
  readonly from: SystemId;
  readonly to: SystemId;
}

/** Why a message does not arrive, or is not acknowledged. */
export type LossReason =
  /** Its connection has ended. */
  | "cut off"
  /** The receiver found fault with it. */
  | "refused";

/** Sees what happens on a simulated network. Absent methods cost nothing. */
export interface NetworkObserver {
  /** A message leaves. @param id names it from now on @param arrivesMs unless it gets lost */
  sent?(id: number, way: Way, message: Marshalled, arrivesMs: number): void;
  /** How long a message takes from one address to another, beside the time for which it waits to leave. */
  takes?(from: string, to: string, ms: number): void;
  /** So much leaves on each link from now on, in each direction. */
  bandwidth?(bytesPerMs: number): void;
  arrived?(id: number, way: Way): void;
  /** The receiver has handled a message, and its acknowledgement leaves. */
  acknowledges?(id: number, way: Way, arrivesMs: number): void;
  /** The sender knows that a message was handled. */
  acknowledged?(id: number, way: Way): void;
  /** A message, or its acknowledgement, was on its way, and is not any more. */
  lost?(id: number, way: Way, reason: LossReason): void;
  /** A connection is there, or is no more. */
  link?(way: Way, isUp: boolean): void;
  /** One direction between two addresses is cut, or that is over. */
  cut?(from: string, to: string, isCut: boolean): void;
  /** An address gives its connection to another up and dials anew; what is on its way comes so much later. */
  reconnects?(from: string, to: string, lateMs: number): void;
}
