import { logLimits } from "../../limits.ts";
import {
  formatRecord,
  LineQueue,
  Log,
  type LogFormat,
  type LogLevel,
  newRecord,
} from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import type { Console } from "../cli/console.ts";

const lostTemplate = "{lines} lines were lost because stderr was not read";
const lostOneTemplate = "{lines} line was lost because stderr was not read";

/** How a server logs, as `--log-level` and `--log-format` say. */
export interface ServerLogOptions {
  level: LogLevel;
  format: LogFormat;
}

/**
 * The log of `cmud server`, on stderr. While it is open nothing else is written there, because it does
 * not wait for a reader, and what waits must not be overtaken.
 */
export class ServerLog {
  readonly log: Log;
  #lines: LineQueue;

  constructor(console: Console, { level, format }: ServerLogOptions) {
    const environment = realEnvironment;
    const lines = this.#lines = new LineQueue({
      timers: environment,
      write: (bytes) => console.errLater?.(bytes) ?? writeAtOnce(console, bytes),
      lostLine: (lines) => {
        const template = lines === 1 ? lostOneTemplate : lostTemplate;
        return formatRecord(newRecord("warn", template, { lines }, environment.now()), format);
      },
    });
    const write: Log["take"] = (record) => lines.push(formatRecord(record, format));
    this.log = new Log({ environment, level, write });
  }

  /** Prints `text` as it is: why the program ends. */
  print(text: string): void {
    this.#lines.push(text);
  }

  /** Says what it has counted so far. Resolves when all is written, or nobody reads it in `flushMs`. */
  async close(): Promise<void> {
    this.log.close();
    await this.#lines.flush(logLimits.flushMs);
  }
}

// deno-lint-ignore require-await -- writing is asynchronous by contract
async function writeAtOnce(console: Console, bytes: Uint8Array): Promise<number> {
  console.err(new TextDecoder().decode(bytes));
  return bytes.length;
}
