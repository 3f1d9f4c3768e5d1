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
