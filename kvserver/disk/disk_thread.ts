import { WatchedWorker } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";
import type { Clock, Limited, Timers } from "../../rpc/mod.ts";
import type { Logger } from "../../log/mod.ts";
import {
  DamagedDirectoryError,
  DataDirectoryError,
  DataDirectoryInUseError,
} from "./data_error.ts";
import type { Disk } from "./disk.ts";
import type {
  DiskAnswers,
  DiskContents,
  DiskEvent,
  DiskPart,
  DiskRefusal,
  DiskRequest,
  MendedDamage,
} from "./disk_messages.ts";
import type { AwayServer, ForgottenServer } from "../messages/known_servers.ts";
import { makeDirectory } from "./make_directory.ts";

/**
 * A data directory, owned by a thread of its own.
 *
 * A thread that answers nothing for `threadPatienceMs` counts as a disk that refuses to be written,
 * until it answers again. It does not end the server, because a disk or a network file system that hangs
 * may come back, and the replicas in memory can still be read.
 */
export class DiskThread implements Disk {
  onFailing: (reason: string | undefined) => void = () => {};
  /** Called when a write is done, with what it took. */
  onTimed: (tookMs: number) => void = () => {};
  /** Bytes of the log. */
  logBytes = 0;
  /** Bytes of the file. */
  fileBytes = 0;
  /** How often the disk began to refuse writes. */
  refusals = 0;
  /** Called when the thread ended unasked: a bug. */
  onBroken: (error: Error) => void = () => {};
  /** Addresses of the system ports of other servers that were known, the last seen first. */
  peers: DiskContents["peers"] = [];
  /** Other servers that are to be known no more. */
  forgotten: DiskContents["forgotten"] = [];
  /** For how long some of the others were away. */
  away: DiskContents["away"] = [];
  /** Approximate number of bytes to read. */
  bytes: DiskContents["bytes"] = 0;
  #directory: string;
  #log: Logger;
  #worker: WatchedWorker<DiskAnswers, DiskRequest, DiskEvent, DiskRefusal>;
  #limits: Limits;
  /** Parts of what is on disk that the thread was asked for. */
  #parts: Promise<DiskPart | undefined>[] = [];
  /** Writes that the thread is asked to do now. */
  #underWay: Write[] = [];
  /** Writes that the thread is asked to do next. */
  #next: Write[] = [];
  /** Why the disk refuses, as the thread says. */
  #refusal: string | undefined;
  /** The last argument of `onFailing`. */
  #failing: string | undefined;
  #isClosing = false;
  /** Why a disk counts as refusing whose thread is silent. */
  #silent: string;

  /**
   * Opens a data directory, and makes it if there is none.
   *
   * @param cluster name of the cluster that the directory must belong to, or belongs to from then on
   * @param environment times the watch over the thread
   * @param log takes the log records of the thread
   * @throws {DataDirectoryError} when it cannot be used.
   */
  static async open(
    directory: string,
    cluster: string,
    environment: Clock & Timers & Limited,
    log: Logger,
  ): Promise<DiskThread> {
    const disk = new DiskThread(directory, environment, log);
    try {
      const { limits } = environment;
      const opened = disk.#worker.ask({ type: "open", directory, cluster, limits });
      // It reads while the server starts.
      disk.#readAhead();
      const { peers, forgotten, away, bytes } = await opened;
      Object.assign(disk, { peers, forgotten, away, bytes } satisfies DiskContents);
      return disk;
    } catch (error) {
      await disk.close().catch(() => {});
      throw error;
    }
  }

  private constructor(directory: string, environment: Clock & Timers & Limited, log: Logger) {
    this.#directory = directory;
    this.#log = log;
    this.#limits = environment.limits;
    this.#silent = `the disk has answered nothing for ${
      environment.limits.threadPatienceMs / 1_000
    } s`;
    makeDirectory(directory);
    const worker = new Worker(new URL("./disk_worker.ts", import.meta.url), { type: "module" });
    this.#worker = new WatchedWorker(worker, {
      name: "The disk thread",
      environment,
      onEvent: (event) => this.#receive(event),
      errorOf: ({ found, isInUse, isDamaged, owner }) =>
        isInUse
          ? new DataDirectoryInUseError(directory, owner)
          : new (isDamaged ? DamagedDirectoryError : DataDirectoryError)(directory, found),
      onSilent: () => {
        if (this.#isClosing) this.#worker.end(this.#silentError());
        else this.#reportFailing();
      },
      onHeard: () => this.#reportFailing(),
      onThrew: (error) => this.onBroken(error),
    });
  }

  /**
   * Makes a damaged directory one that holds what is sound in it. To be called when reading it has failed
   * for damage; then it is to be read again.
   *
   * @throws {DataDirectoryError} when it cannot be written.
   */
  mend(): Promise<MendedDamage> {
    return this.#worker.ask({ type: "mend" });
  }

  /**
   * Yields the entries of the directory in parts, and at the end what is seen with them. To be read to the
   * end once, before anything is written.
   *
   * @throws {DataDirectoryError} when the file is damaged, or cannot be written.
   */
  async *contents(): AsyncGenerator<DiskPart> {
    try {
      while (true) {
        this.#readAhead();
        const part = await this.#parts.shift();
        if (part === undefined) break;
        yield part;
      }
    } finally {
      // Those that are left were asked for behind the last one, or behind what is damaged.
      this.#parts = [];
    }
    await this.#worker.ask({ type: "beginWriting" });
  }

  /** Has the thread read on, so that neither it nor the server waits for the other. */
  #readAhead(): void {
    const { diskChunkBytes, diskReadAheadBytes } = this.#limits;
    while (this.#parts.length < diskReadAheadBytes / diskChunkBytes) {
      const part = this.#worker.ask({ type: "read" });
      // Awaited once those before it are used: until then a rejection is not unhandled.
      part.catch(() => {});
      this.#parts.push(part);
    }
  }

  /** Bytes that wait to be written, or are being written. */
  get waitingBytes(): number {
    return [...this.#underWay, ...this.#next].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  write(batches: readonly Uint8Array<ArrayBuffer>[], onWritten: () => void): void {
    const bytes = batches.reduce((sum, { length }) => sum + length, 0);
    this.#next.push({ batches, bytes, onWritten });
    // One write holds all batches of this turn of the event loop.
    if (this.#underWay.length === 0 && this.#next.length === 1) queueMicrotask(this.#writeNext);
  }

  rememberPeer(address: string): void {
    this.#worker.post({ type: "rememberPeer", address });
  }

  forgetPeer(server: ForgottenServer): void {
    this.#worker.post({ type: "forgetPeer", server });
  }

  noteAway(servers: readonly AwayServer[]): void {
    this.#worker.post({ type: "noteAway", servers });
  }

  /** Publishes in the directory where this server answers. */
  announce(queryAddresses: readonly string[]): void {
    this.#worker.post({ type: "announce", queryAddresses });
  }

  /**
   * Does the writes that are left, and releases the directory.
   *
   * @throws {DataDirectoryError} when the disk refused a write to the last, or the thread is silent;
   * {Error} when the thread has ended unasked. The directory is closed then too.
   */
  async close(): Promise<void> {
    const last = this.#next.splice(0);
    const batches = last.flatMap(({ batches }) => batches);
    this.#isClosing = true;
    if (this.#worker.isSilent) this.#worker.end(this.#silentError());
    try {
      await this.#worker.ask({ type: "close", batches });
      for (const { onWritten } of last) onWritten();
    } finally {
      this.#worker.end();
    }
  }

  #writeNext = (): void => {
    if (this.#next.length === 0) return;
    const batches = this.#next.flatMap(({ batches }) => batches);
    this.#underWay = this.#next;
    this.#next = [];
    this.#worker.post({ type: "write", batches }, batches.map(({ buffer }) => buffer));
  };

  #receive(event: DiskEvent): void {
    if (event.type === "written") {
      this.onTimed(event.tookMs);
      return this.#written();
    }
    if (event.type === "sizes") {
      this.logBytes = event.logBytes;
      this.fileBytes = event.fileBytes;
      return;
    }
    if (event.type === "log") return this.#log.take(event.record);
    this.#refusal = event.reason;
    this.#reportFailing();
  }

  #written(): void {
    const written = this.#underWay;
    this.#underWay = [];
    this.#writeNext();
    this.#refusal = undefined;
    this.#reportFailing();
    for (const { onWritten } of written) onWritten();
  }

  #reportFailing(): void {
    const failing = this.#worker.isSilent ? this.#silent : this.#refusal;
    if (failing === this.#failing) return;
    if (this.#failing === undefined) this.refusals++;
    this.#failing = failing;
    this.onFailing(failing);
  }

  #silentError(): DataDirectoryError {
    return new DataDirectoryError(this.#directory, this.#silent);
  }
}

interface Write {
  batches: readonly Uint8Array<ArrayBuffer>[];
  /** Of all batches, which are no longer here while they are being written. */
  readonly bytes: number;
  onWritten(): void;
}
