import type { Call } from "./known_values.ts";

/** What came for one of the calls. */
export interface Answer {
  /** The number of the call among those that were sent together; of none of them: nobody has asked. */
  readonly call: number;
  /** Whether it says that the server has too much to do. */
  readonly isOverloaded: boolean;
  /** As it came, for the report. */
  readonly text: string;
  /** Whether it says that the call has this result. */
  says(result: unknown): boolean;
}

/** A connection to a query port, in one of the ways in which that is spoken to. */
export interface PoliteConnection extends Disposable {
  /** Sends calls in one go, when all those before are answered. */
  send(calls: readonly Call[]): Promise<void>;
  /** The next answer to them. */
  answer(): Promise<Answer>;
}
