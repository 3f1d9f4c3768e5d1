import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import type { Clock, Limited, Timers } from "../rpc/mod.ts";
import type { Logger } from "../log/mod.ts";
import { DataDirectoryError } from "./disk/data_error.ts";
import { DiskThread } from "./disk/disk_thread.ts";
import { Journal } from "./disk/journal.ts";
import type { Durability } from "./messages/journal_messages.ts";
import { LoadProgress } from "./load_progress.ts";
import type { DiskOptions } from "./query/group_commit.ts";

/** What a data directory is told and tells. */
export interface DataDirectoryOptions {
  clock: Clock & Timers & Limited;
  /** Told how far reading has come, when that takes long; and when it can or cannot be written. */
  log: Logger;
  /** Told that its thread ended unasked. */
  onBroken(error: Error): void;
  /** Told of the address of each server that came to be known. */
  onPeer(address: string): void;
}

/** What a server has that keeps its data: its disk and its journal. */
export class DataDirectory {
  #path: string;
  #options: DataDirectoryOptions;
  #disk: DiskThread;
  #journal: Journal | undefined;
  /** Whether all that was taken is on disk, as far as the query actors know. */
  #isFlushed = true;

  /**
   * Opens it, and makes it if there is none.
   *
   * @throws {DataDirectoryError} when it cannot be used.
   */
  static async open(
    path: string,
    options: DataDirectoryOptions,
  ): Promise<DataDirectory> {
    const disk = await DiskThread.open(path, options.clock, options.log);
    disk.onBroken = options.onBroken;
    return new DataDirectory(path, options, disk);
  }

  private constructor(path: string, options: DataDirectoryOptions, disk: DiskThread) {
    this.#path = path;
    this.#options = options;
    this.#disk = disk;
  }

  /** Addresses of the system ports of the servers that were known before, the last seen first. */
  get peers(): readonly string[] {
    return this.#disk.peers;
  }

  /** Connects it to the actors. @returns what the query actors are to be told. */
  attach(system: ActorSystem, durability: Durability): DiskOptions {
    const journal = this.#journal = new Journal(system, this.#disk, this.#options.log);
    journal.onPeer = this.#options.onPeer;
    journal.onFailing = (reason) => this.#logFailing(reason);
    return { journal: journal.ref, durability };
  }

  #logFailing(reason: string | undefined): void {
    const { log } = this.#options;
    const directory = this.#path;
    if (reason === undefined) return log.info("{directory} can be written again", { directory });
    log.error("Cannot write to {directory}: {reason}; Puts are refused until that is mended", {
      directory,
      reason,
    });
  }

  /**
   * Fills the replicas.
   *
   * @returns whether there was anything.
   * @throws {DataDirectoryError} when the file is damaged.
   */
  async load(queryActors: readonly ActorRef[]): Promise<boolean> {
    this.#journal!.serve(queryActors);
    const { clock, log } = this.#options;
    const progress = new LoadProgress(this.#path, this.#disk.bytes, clock, log);
    await this.#journal!.load(progress.along(this.#disk.entries()));
    return progress.bytes > 0;
  }

  /** Tells whoever looks into the directory where its server answers. */
  announce(queryAddresses: readonly string[]): void {
    this.#disk.announce(queryAddresses);
  }

  /** Resolves when everything that was taken is on disk, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    this.#isFlushed = await this.#journal?.flush(timeoutMs) ?? true;
  }

  /**
   * Lets others have it. To be called while the query actors still run, because they know what is not on
   * disk.
   *
   * @throws {DataDirectoryError} when not all that was taken is kept there.
   */
  async close(): Promise<void> {
    const { unwrittenPatienceMs } = this.#options.clock.limits;
    const [closed] = await Promise.allSettled([this.#disk.close()]);
    const lost = this.#isFlushed ? 0 : await this.#journal?.unwritten(unwrittenPatienceMs);
    if (lost === 0) {
      if (closed.status === "rejected") throw closed.reason;
      return;
    }
    const cause = closed.status === "rejected" ? closed.reason : undefined;
    const why = cause instanceof DataDirectoryError ? cause.found : cause?.message ?? "time is up";
    const writes = lost === undefined
      ? "some writes that were accepted are"
      : lost === 1
      ? "1 write that was accepted is"
      : `${lost} writes that were accepted are`;
    throw new DataDirectoryError(this.#path, `${writes} not on disk: ${why}`, { cause });
  }
}
