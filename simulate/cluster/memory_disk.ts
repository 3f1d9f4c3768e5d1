import type { Disk } from "../../kvserver/disk/disk.ts";
import type { LogBatch } from "../../kvserver/disk/log_batch.ts";
import { LogReading } from "../../kvserver/disk/log_reading.ts";
import type { AwayServer, ForgottenServer } from "../../kvserver/messages/known_servers.ts";
import type { Timers } from "../../rpc/mod.ts";

/** A disk in memory, which takes its time, and refuses when it is told to. */
export class MemoryDisk implements Disk {
  /** What is on the medium. */
  readonly batches: Uint8Array[] = [];
  readonly peers: string[] = [];
  readonly forgotten: string[] = [];
  /** For how long others were away when that was noted last. */
  readonly away = new Map<string, number>();
  onFailing: (reason: string | undefined) => void = () => {};
  /** Called with what is on the medium from now on. */
  onWritten: (batches: readonly Uint8Array[]) => void = () => {};
  /** How long a write takes. */
  writeMs = 5;
  /** Writes that have reached the medium. */
  writes = 0;
  #environment: Timers;
  #waiting: { batches: readonly Uint8Array[]; onWritten(): void }[] = [];
  #isWriting = false;
  #reason: string | undefined;
  /** What was told last of that. */
  #toldReason: string | undefined;
  /** Ends the write under way. */
  #cancel = () => {};

  constructor(environment: Timers, batches: readonly Uint8Array[] = []) {
    this.#environment = environment;
    this.batches.push(...batches);
  }

  /** What a server reads that starts with it, as it reads a log. */
  async *contents(): AsyncGenerator<LogBatch> {
    const reading = new LogReading();
    for (const batch of this.batches.toReversed()) {
      const left = reading.take(batch);
      if (left !== undefined) yield left;
    }
    if (reading.seen !== undefined) yield reading.seen;
  }

  write(batches: readonly Uint8Array<ArrayBuffer>[], onWritten: () => void): void {
    this.#waiting.push({ batches, onWritten });
    this.#environment.soon(() => this.#writeOn());
  }

  rememberPeer(address: string): void {
    this.peers.push(address);
  }

  forgetPeer({ address }: ForgottenServer): void {
    this.forgotten.push(address);
  }

  noteAway(servers: readonly AwayServer[]): void {
    this.away.clear();
    for (const { address, awayMs } of servers) this.away.set(address, awayMs);
  }

  /** Refuses what is written from now on. */
  fail(reason: string): void {
    this.#reason = reason;
  }

  /** Takes what is written, and what it has refused. */
  mend(): void {
    this.#reason = undefined;
    this.#writeOn();
  }

  /** What is not on the medium yet never gets there. */
  crash(): void {
    this.#cancel();
  }

  #tellReason(): void {
    if (this.#reason === this.#toldReason) return;
    this.#toldReason = this.#reason;
    this.onFailing(this.#reason);
  }

  #writeOn(): void {
    if (this.#isWriting || this.#waiting.length === 0) return;
    this.#isWriting = true;
    const group = this.#waiting.splice(0);
    this.#cancel = this.#environment.after(this.writeMs, () => {
      this.#isWriting = false;
      if (this.#reason !== undefined) {
        this.#waiting.unshift(...group);
        return this.#tellReason();
      }
      this.writes++;
      const written = group.flatMap(({ batches }) => batches);
      this.batches.push(...written);
      this.onWritten(written);
      this.#tellReason();
      for (const { onWritten } of group) onWritten();
      this.#writeOn();
    });
  }
}
