import type { RequestCutter } from "../../rpc/mod.ts";
import { type CommandBounds, CommandParser, incomplete } from "./command_parser.ts";

/**
 * Finds whole commands in a stream, and counts them. What breaks the protocol is given on as if it were
 * whole, because whoever executes the commands finds the fault again, and says so behind the replies to
 * those before it.
 */
export class CommandCutter implements RequestCutter {
  #parser: CommandParser;
  /** Commands that the last call found. */
  count = 0;

  constructor(bounds: CommandBounds) {
    this.#parser = new CommandParser(bounds, false);
  }

  get wantedBytes(): number {
    return this.#parser.wantedBytes;
  }

  cut(bytes: Uint8Array, start: number, end: number): number {
    this.count = 0;
    const parser = this.#parser;
    let at = start;
    while (at < end && parser.fault === undefined) {
      const next = parser.parse(bytes, at, end);
      if (next === incomplete) break;
      this.count++;
      at = next;
    }
    return parser.fault === undefined ? at : end;
  }
}
