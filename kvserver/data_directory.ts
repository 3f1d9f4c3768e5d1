import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import { loadNoticeMs } from "../limits.ts";
import { DiskThread } from "./disk/disk_thread.ts";
import { Journal } from "./disk/journal.ts";
import type { Durability } from "./disk/journal_messages.ts";
import { KnownServers } from "./known_servers.ts";
import type { DiskOptions } from "./query_actor.ts";

/** What a server has that keeps its data: its disk, its journal, and the servers it knew before. */
export class DataDirectory {
  #path: string;
  #disk: DiskThread;
  #journal: Journal | undefined;
  #known: KnownServers;

  /**
   * Opens it, and makes it if there is none.
   *
   * @param onBroken told that its thread ended unasked
   * @throws {DataDirectoryError} when it cannot be used.
   */
  static async open(path: string, onBroken: (error: Error) => void): Promise<DataDirectory> {
    const disk = await DiskThread.open(path);
    disk.onBroken = onBroken;
    return new DataDirectory(path, disk);
  }

  private constructor(path: string, disk: DiskThread) {
    this.#path = path;
    this.#disk = disk;
    this.#known = new KnownServers(disk.peers);
  }

  /** Descriptions of the servers that were known before, and answer soon. */
  knownServers(): Promise<string[]> {
    return this.#known.describe();
  }

  /**
   * Connects it to the actors.
   *
   * @param log told when it cannot be written, and when it can again
   * @returns what the query actors are to be told.
   */
  attach(system: ActorSystem, durability: Durability, log?: (line: string) => void): DiskOptions {
    const journal = this.#journal = new Journal(system, this.#disk);
    journal.onPeer = (address) => this.#known.found(address);
    journal.onFailing = (reason) =>
      log?.(
        reason === undefined
          ? `${this.#path} can be written again`
          : `Cannot write to ${this.#path}: ${reason}; Puts are refused until that is mended`,
      );
    return { journal: journal.ref, durability };
  }

  /**
   * Fills the replicas.
   *
   * @param log told how far it has come, when that takes long
   * @returns whether there was anything.
   * @throws {DataDirectoryError} when the file is damaged.
   */
  async load(queryActors: readonly ActorRef[], log?: (line: string) => void): Promise<boolean> {
    this.#journal!.serve(queryActors);
    const progress = new LoadProgress(this.#path, this.#disk.bytes, log);
    await this.#journal!.load(progress.along(this.#disk.entries()));
    return progress.bytes > 0;
  }

  /**
   * Tells whoever looks into the directory where its server answers, and goes on looking for servers
   * that were known before. @param join is given the description of each that is found
   */
  announce(queryAddresses: readonly string[], join: (description: string) => void): void {
    this.#disk.announce(queryAddresses);
    this.#known.keepAsking(join);
  }

  /** Resolves when everything that was taken is on disk, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    await Promise.all([this.#known.close(), this.#journal?.flush(timeoutMs)]);
  }

  /** Lets others have it. @throws {DataDirectoryError} when not all that was taken is kept there. */
  async close(): Promise<void> {
    await this.#known.close();
    await this.#disk.close();
  }
}

/** How far reading has come, told now and then. */
class LoadProgress {
  /** Read so far. */
  bytes = 0;
  #path: string;
  #bytesInAll: number;
  #log: ((line: string) => void) | undefined;
  #noticeMs = performance.now() + loadNoticeMs;

  constructor(path: string, bytesInAll: number, log: ((line: string) => void) | undefined) {
    this.#path = path;
    this.#bytesInAll = bytesInAll;
    this.#log = log;
  }

  /** Gives the parts on, and counts them. */
  async *along(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      this.bytes += part.length;
      if (performance.now() > this.#noticeMs) this.#tell();
      yield part;
    }
  }

  #tell(): void {
    this.#noticeMs = performance.now() + loadNoticeMs;
    const percent = Math.floor(100 * this.bytes / this.#bytesInAll);
    this.#log?.(`Reading ${this.#path}: ${Math.min(99, percent)} %`);
  }
}
