import type { Clock, Limited } from "../rpc/mod.ts";
import type { Logger } from "../log/mod.ts";

/** Logs, now and then, how far reading a data directory has come. */
export class LoadProgress {
  /** Bytes read so far. */
  bytes = 0;
  #path: string;
  #bytesInAll: number;
  #clock: Clock & Limited;
  #log: Logger;
  #noticeMs: number;

  /** @param bytesInAll about how many bytes there are to read */
  constructor(
    path: string,
    bytesInAll: number,
    clock: Clock & Limited,
    log: Logger,
  ) {
    this.#path = path;
    this.#bytesInAll = bytesInAll;
    this.#clock = clock;
    this.#log = log;
    this.#noticeMs = clock.monotonicMs() + clock.limits.loadNoticeMs;
  }

  /** Passes the parts on, and counts their bytes. */
  async *along<Part extends { readonly bytes: Uint8Array }>(
    parts: AsyncIterable<Part>,
  ): AsyncGenerator<Part> {
    for await (const part of parts) {
      this.bytes += part.bytes.length;
      this.#logProgress();
      yield part;
    }
  }

  #logProgress(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#noticeMs) return;
    this.#noticeMs = nowMs + this.#clock.limits.loadNoticeMs;
    const percent = Math.floor(100 * this.bytes / this.#bytesInAll);
    this.#log.info("Reading {directory}: {percent} %", {
      directory: this.#path,
      percent: Math.min(99, percent),
    });
  }
}
