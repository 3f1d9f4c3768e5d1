import { formatRecord, Logger, type LogRecord } from "../../log/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";

/** Keeps what is said. */
export class MemoryLog extends Logger {
  readonly records: LogRecord[] = [];

  constructor(clock = realEnvironment) {
    super(clock);
  }

  take(record: LogRecord): void {
    this.records.push(record);
  }

  /** Levels and messages, without their times. */
  get lines(): string[] {
    return this.records.map((record) => formatRecord(record, "text").replace(/^\S+ /, ""));
  }
}

/** Returns a logger that gives each line on, without its time and its level. */
export function lineLogger(take: (line: string) => void): Logger {
  return new class extends Logger {
    take(record: LogRecord): void {
      take(formatRecord(record, "text").replace(/^\S+ \w+ +/, ""));
    }
  }(realEnvironment);
}
