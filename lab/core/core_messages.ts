import type { TraceEvent } from "../../simulate/mod.ts";
import type { LiveState } from "../live/live_cluster.ts";

/** What the page asks the worker that has the cluster. */
export type CoreRequest =
  /** Begins a run anew, of a scenario, and goes on to a moment. */
  | { type: "load"; text: string; untilMs: number }
  /** Lets time pass until a moment. */
  | { type: "advance"; untilMs: number }
  /** Lets time pass until something happens that is worth a look. */
  | { type: "step" }
  /** Does something at a moment, as if the scenario had said so: a statement. */
  | { type: "act"; text: string; atMs: number; line: string }
  /** Runs a scenario to its end, aside, to see whether all is so that it expects. */
  | { type: "prove"; text: string };

/** What the worker tells the page, once for each request. */
export interface CoreReply {
  /** What happened since the last reply; all that has happened, when another run has begun. */
  events: TraceEvent[];
  /** The run has come so far. */
  untilMs: number;
  /** Present when another run has begun: its scenario, its title, and when it ends. */
  run?: { text: string; title: string; endMs: number };
  /** Whether it answers a step: the last moment is the one to be looked at. */
  isStep?: true;
  /** Present when it answers `prove`: what was expected, and was not so. */
  failures?: readonly string[];
  /** What is wrong with the scenario, or went wrong in the run. */
  fault?: string;
}

/** What the page asks the worker of a cluster that runs. */
export type LiveRequest =
  /** Looks at it, by one of its servers, from now on. */
  | { type: "attach"; url: string; token: string }
  /** Looks at it no more. */
  | { type: "detach" };

/** What the worker tells the page of a cluster that runs, whenever something has changed. */
export interface LiveReply {
  live: LiveState;
}
