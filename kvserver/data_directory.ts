import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import type { Clock, Limited, Timers } from "../rpc/mod.ts";
import type { Logger } from "../log/mod.ts";
import { DamagedDirectoryError, DataDirectoryError, foundBy } from "./disk/data_error.ts";
import { DiskThread } from "./disk/disk_thread.ts";
import { Journal } from "./disk/journal.ts";
import type { KnownServers } from "./messages/known_servers.ts";
import type { Durability } from "./messages/journal_messages.ts";
import { LoadProgress } from "./load_progress.ts";
import type { DiskOptions } from "./query/group_commit.ts";
import type { DiskFigures } from "./query/measurements.ts";
import type { DiskState } from "./query/server_stats.ts";

/** Options of a `DataDirectory`. */
export interface DataDirectoryOptions {
  clock: Clock & Timers & Limited;
  /** Name of the cluster that the directory belongs to. */
  cluster: string;
  /** Takes how far reading has come, when that takes long, and when the directory cannot be written. */
  log: Logger;
  /** Called when the thread of the disk ended unasked. */
  onBroken(error: Error): void;
  /** Called with the address of each server that came to be known. */
  onPeer(address: string): void;
  /** Called with the address of each server that is to be known no more. */
  onForgotten(address: string): void;
}

/** The persistent part of a server: its disk and its journal. */
export class DataDirectory {
  #path: string;
  #options: DataDirectoryOptions;
  #disk: DiskThread;
  #journal: Journal | undefined;
  /** Why the directory cannot be written; `undefined`: it can. */
  #reason: string | undefined;
  #faults = 0;
  /** Whether every accepted entry is on disk, as far as the query actors know. */
  #isFlushed = true;

  /**
   * Opens the directory, and makes it if there is none.
   *
   * @throws {DataDirectoryError} when the directory cannot be used.
   */
  static async open(
    path: string,
    options: DataDirectoryOptions,
  ): Promise<DataDirectory> {
    const { cluster, clock, log, onBroken } = options;
    const disk = await DiskThread.open(path, cluster, clock, log);
    disk.onBroken = onBroken;
    return new DataDirectory(path, options, disk);
  }

  private constructor(path: string, options: DataDirectoryOptions, disk: DiskThread) {
    this.#path = path;
    this.#options = options;
    this.#disk = disk;
  }

  /** The servers that were known before, the last seen first, those that were forgotten, and those that were away. */
  get known(): KnownServers {
    const { peers: remembered, forgotten, away } = this.#disk;
    return { remembered, forgotten, away };
  }

  /** Whether the directory can be written. */
  get state(): DiskState {
    return this.#reason === undefined ? "ok" : "refusing";
  }

  /** Why it cannot; `undefined`: it can. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** How much waits to be written, and how much there is. */
  get figures(): DiskFigures {
    const { waitingBytes, refusals, logBytes, fileBytes } = this.#disk;
    return { waitingBytes, refusals, logBytes, fileBytes };
  }

  /**
   * Connects the directory to the actors.
   *
   * @param onTimed called with what each write to the log took
   * @returns the options of the query actors.
   */
  attach(
    system: ActorSystem,
    durability: Durability,
    onTimed: (tookMs: number) => void = () => {},
  ): DiskOptions {
    const journal = this.#journal = new Journal(system, this.#disk, this.#options.log);
    this.#disk.onTimed = onTimed;
    journal.onPeer = this.#options.onPeer;
    journal.onForgotten = this.#options.onForgotten;
    journal.onFailing = (reason) => {
      this.#reason = reason;
      this.#logFailing(reason);
    };
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

  /** Faults that were found in the directory, which was mended then. */
  get faults(): number {
    return this.#faults;
  }

  /**
   * Loads what the directory holds into the replicas. One that is damaged is mended, if other servers are
   * there, which have what was damaged: comparing brings it.
   *
   * @param areOthersThere says whether other servers can be reached. Default: none can
   * @returns whether that was anything.
   * @throws {DataDirectoryError} when the directory is damaged, and nobody else is there.
   */
  async load(
    queryActors: readonly ActorRef[],
    areOthersThere: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<boolean> {
    this.#journal!.serve(queryActors);
    try {
      return await this.#load();
    } catch (error) {
      if (!(error instanceof DamagedDirectoryError) || !await areOthersThere()) throw error;
      await this.#mend();
    }
    // What was loaded before the damage was found is sound, and is merged once more.
    return await this.#load();
  }

  async #load(): Promise<boolean> {
    const { clock, log } = this.#options;
    const progress = new LoadProgress(this.#path, this.#disk.bytes, clock, log);
    await this.#journal!.load(progress.along(this.#disk.contents()));
    return progress.bytes > 0;
  }

  async #mend(): Promise<void> {
    const { log } = this.#options;
    const directory = this.#path;
    const { faults, lines } = await this.#disk.mend();
    this.#faults = faults;
    log.error(
      "{directory} was damaged, and is mended: what was sound is kept, the rest comes from other " +
        "servers. Faults: {faults}",
      { directory, faults },
    );
    for (const fault of lines) log.warn("Damaged in {directory}: {fault}", { directory, fault });
  }

  /** Writes into the directory where its server answers, for whoever finds the directory in use. */
  announce(queryAddresses: readonly string[]): void {
    this.#disk.announce(queryAddresses);
  }

  /** Resolves when every accepted entry is on disk, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    this.#isFlushed = await this.#journal?.flush(timeoutMs) ?? true;
  }

  /**
   * Releases the directory. To be called while the query actors still run, because they know what is not on
   * disk.
   *
   * @throws {DataDirectoryError} when an accepted entry is not on disk.
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
    const why = cause === undefined ? "time is up" : foundBy(cause);
    const writes = lost === undefined
      ? "some writes that were accepted are"
      : lost === 1
      ? "1 write that was accepted is"
      : `${lost} writes that were accepted are`;
    throw new DataDirectoryError(this.#path, `${writes} not on disk: ${why}`, { cause });
  }
}
