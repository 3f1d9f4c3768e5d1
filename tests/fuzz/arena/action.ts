import type { Prng } from "../../../simulate/world/prng.ts";
import type { FakePeer } from "./fake_peer.ts";

/** A server under attack, as others reach it. */
export interface Target {
  /** Its system port. */
  readonly address: string;
  readonly queryAddresses: readonly string[];
  /** Its HTTP port. */
  readonly http: string;
  readonly incarnation: string;
  /** The number of its sync actor. */
  readonly syncActor: number;
}

/** What an action is done to. */
export interface Arena {
  readonly targets: readonly Target[];
  /** A server that lies to both for as long as the run lasts. */
  readonly liar: FakePeer;
  /** A data directory with known content, of which actions spoil copies. */
  readonly sample: DataSample;
}

/** A data directory, and what is in it. */
export interface DataSample {
  readonly path: string;
  readonly entries: ReadonlyMap<string, string>;
  /** Each key and value that was ever put, with a tab in between. */
  readonly everWritten: ReadonlySet<string>;
}

/** A part of an action, which may be left out. */
export interface Step {
  /** What it does, for the report. */
  readonly what: string;
}

/** One attack, all choices of it made. */
export interface Action<S extends Step = Step> {
  readonly name: string;
  readonly steps: readonly S[];
  /** Does some of the steps, in their order. @throws {WrongAnswer} when what comes back is wrong. */
  run(arena: Arena, steps: readonly S[]): Promise<void>;
}

/** Draws an action: nothing of it depends on anything but what is drawn. */
export type Attack = (prng: Prng) => Action;
