import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Limits } from "../../limits.ts";
import { reasonOf } from "../../log/mod.ts";
import type { Clock } from "../../rpc/mod.ts";
import { BatchLog } from "./batch_log.ts";
import { readClusterName, writeClusterName } from "./cluster_name.ts";
import { damaged, DataDirectoryError, isGone } from "./data_error.ts";
import { openDataFile } from "./data_file.ts";
import { dataFileName } from "./data_format.ts";
import { Fold } from "./fold.ts";
import { boundAway, deleteAway, writeAway } from "./away_servers.ts";
import type { AwayServer, ForgottenServer } from "../messages/known_servers.ts";
import { boundForgotten, deleteForgotten, writeForgotten } from "./forgotten_servers.ts";
import { HeldFile } from "./held_file.ts";
import { writeLogEnd } from "./log_end.ts";
import { inTransaction } from "./transaction.ts";
import { readManifest } from "./manifest.ts";
import type { DirectoryLock } from "./directory_lock.ts";

/**
 * Writes a data directory while its lock is held: appends entries to the log, and folds the log into
 * the file. Entries are on the medium when `append` returns.
 */
export class DataWriter {
  #directory: string;
  #clock: Clock;
  #lock: Pick<DirectoryLock, "expectHeld">;
  #database: DatabaseSync;
  #dataFile: HeldFile;
  #rememberPeer: StatementSync;
  #log: BatchLog;
  /** Bytes of the file after the last fold. */
  #fileBytes: number;
  /** The last segment that the file knows of. */
  #notedSegment: number | undefined;
  #fold: Fold | undefined;

  /** @throws {DataDirectoryError} when the directory cannot be written. */
  constructor(
    directory: string,
    lock: Pick<DirectoryLock, "expectHeld">,
    clock: Clock,
    limits: Limits,
  ) {
    this.#directory = directory;
    this.#clock = clock;
    this.#lock = lock;
    lock.expectHeld();
    this.#database = openDataFile(directory, "write");
    this.#rememberPeer = this.#database.prepare("INSERT OR REPLACE INTO peer VALUES (?, ?)");
    try {
      this.#dataFile = new HeldFile(`${directory}/${dataFileName}`);
      const manifest = readManifest(this.#database);
      this.#log = new BatchLog(directory, manifest, limits);
      this.#notedSegment = manifest.logEnd?.segment;
      this.#fileBytes = fileBytesIn(directory);
    } catch (error) {
      this.#database.close();
      throw damaged(directory, error);
    }
  }

  /** Bytes of the records of the log, which holds what is not folded yet. */
  get logBytes(): number {
    return this.#log.bytes;
  }

  /** Bytes of the file that the log is folded into, as it was after the last fold. */
  get fileBytes(): number {
    return this.#fileBytes;
  }

  /** Number of files of the log. */
  get logSegments(): number {
    return this.#log.segments;
  }

  /**
   * Checks that what is written next is found by the next start: the directory is the one that is held,
   * and its files are in their places.
   *
   * @throws {DataDirectoryError} when that is not so.
   */
  expectHeld(): void {
    this.#lock.expectHeld();
    try {
      this.#dataFile.expectInPlace();
    } catch (cause) {
      throw isGone(this.#directory, dataFileName, cause);
    }
    this.#log.expectInPlace();
  }

  /**
   * Appends batches of entries, as an `EntryBatch` writes them, all of them or none: with one sync
   * however many they are (a group commit).
   *
   * @throws {Error} when the disk refuses, or the lock is gone: to be tried again.
   */
  append(batches: readonly Uint8Array[]): void {
    this.expectHeld();
    this.#log.append(batches);
    if (this.#log.end.segment !== this.#notedSegment) this.#noteLogEnd();
  }

  /** Best effort: what is noted next says as much. */
  #noteLogEnd(): void {
    const { end } = this.#log;
    try {
      writeLogEnd(this.#database, end);
      this.#notedSegment = end.segment;
    } catch {
      // As said above.
    }
  }

  /**
   * Folds the log into the table of entries for about `budgetMs`. Begins a fold if none is under way.
   *
   * @returns whether that fold is done.
   * @throws {Error} when the disk refuses, or the lock is gone: to be tried again, nothing is lost.
   */
  foldOn(budgetMs: number): boolean {
    this.expectHeld();
    this.#fold ??= new Fold(this.#database, this.#directory, this.#log.seal(), this.#clock);
    if (!this.#fold.step(budgetMs)) return false;
    for (const segment of this.#fold.segments) this.#log.remove(segment);
    this.#fold = undefined;
    this.#fileBytes = fileBytesIn(this.#directory);
    return true;
  }

  /**
   * Names the cluster that the directory belongs to, unless it has a name.
   *
   * @throws {DataDirectoryError} when the disk refuses.
   */
  nameCluster(name: string): void {
    try {
      if (readClusterName(this.#database) === undefined) writeClusterName(this.#database, name);
    } catch (cause) {
      const why = reasonOf(cause);
      throw new DataDirectoryError(this.#directory, `it cannot be written (${why})`, { cause });
    }
  }

  /** Remembers the address of another server's system port, and that it was seen at `nowMs`. */
  rememberPeer(address: string, nowMs: number): void {
    this.#rememberPeer.run(address, nowMs);
    deleteForgotten(this.#database, address);
    deleteAway(this.#database, address);
  }

  /** Notes for how long other servers have been away. */
  noteAway(servers: readonly AwayServer[]): void {
    inTransaction(this.#database, () => writeAway(this.#database, servers));
  }

  /** Remembers that another server is to be known no more, since `nowMs`. */
  forgetPeer(server: ForgottenServer, nowMs: number): void {
    inTransaction(this.#database, () => {
      this.#database.prepare("DELETE FROM peer WHERE address = ?").run(server.address);
      deleteAway(this.#database, server.address);
      writeForgotten(this.#database, server, nowMs);
    });
  }

  /** Leaves out all peers but those that were seen last, and the forgotten ones but the last. */
  boundPeers({ peersMax, forgottenServersMax }: Limits): void {
    this.#database.prepare(`
      DELETE FROM peer WHERE address NOT IN
        (SELECT address FROM peer ORDER BY lastSeenMs DESC LIMIT ?)
    `).run(peersMax);
    boundForgotten(this.#database, forgottenServersMax);
    boundAway(this.#database);
  }

  close(): void {
    const isHeld = this.#isHeld();
    this.#log.close(isHeld);
    if (isHeld) this.#noteLogEnd();
    this.#database.close();
  }

  #isHeld(): boolean {
    try {
      this.expectHeld();
      return true;
    } catch {
      return false;
    }
  }
}

function fileBytesIn(directory: string): number {
  return Deno.statSync(`${directory}/${dataFileName}`).size;
}
