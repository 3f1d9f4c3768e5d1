import type { Limits } from "../../limits.ts";
import { Log, type LogRecord } from "../../log/mod.ts";
import type { Clock, Random, Timers } from "../../rpc/mod.ts";
import { DamagedDirectoryError, DataDirectoryError, foundBy } from "./data_error.ts";
import { checkDataFile, hasDataFile } from "./data_file.ts";
import { DataReader } from "./data_reader.ts";
import { DataWriter } from "./data_writer.ts";
import { DirectoryLock } from "./directory_lock.ts";
import { finishMending, mendDirectory } from "./mend.ts";
import { openDirectory } from "./open_directory.ts";
import { expectRegularFiles, expectUnused } from "./private_files.ts";
import type {
  DiskAnswers,
  DiskContents,
  DiskEvent,
  DiskPart,
  DiskRequest,
  MendedDamage,
} from "./disk_messages.ts";
import { Salvage } from "./salvage.ts";

/** Serves a data directory from its opening to its closing: first it is read, then written. */
export class DiskService {
  #environment: Clock & Timers & Random;
  #emit: (event: DiskEvent) => void;
  #log: Log;
  #directory = "";
  #cluster = "";
  /** The bounds of the server, once it has opened the directory. */
  #limits!: Limits;
  #lock: DirectoryLock | undefined;
  #reader: DataReader | undefined;
  #contents: Iterator<DiskPart> | undefined;
  #writer: DataWriter | undefined;
  /** Why the directory cannot be read, while it is damaged, and what is sound in it, once that was looked for. */
  #damage: DamagedDirectoryError | undefined;
  #salvage: Salvage | undefined;
  /** Batches that are to be written: those that the disk has refused so far. */
  #unwritten: Uint8Array[] = [];
  /** The reason that was emitted last, while the disk refuses. */
  #failing: string | undefined;
  /** When the last write succeeded. */
  #writtenMs = -Infinity;
  /** Keeps the sizes from being told; `undefined`: they are not to be. */
  #cancelSizes: (() => void) | undefined;
  /** The last reason logged for not folding. */
  #complaint: string | undefined;
  #cancelRetry: () => void = () => {};
  /** Cancels the step of a fold that is due; `undefined`: none is. */
  #cancelFold: (() => void) | undefined;

  /** @param emit called with each event */
  constructor(environment: Clock & Timers & Random, emit: (event: DiskEvent) => void) {
    this.#environment = environment;
    this.#emit = emit;
    const write = (record: LogRecord) => emit({ type: "log", record });
    this.#log = new Log({ environment, level: "debug", write });
  }

  /** Handles a request. @throws {DataDirectoryError} when it cannot be done. */
  handle(request: DiskRequest): DiskAnswers[keyof DiskAnswers] {
    switch (request.type) {
      case "open":
        return this.#open(request);
      case "read":
        return this.#read();
      case "mend":
        return this.#mend();
      case "beginWriting":
        return this.#beginWriting();
      case "write":
        this.#unwritten.push(...request.batches);
        return this.#write();
      case "rememberPeer":
        return bestEffort(() =>
          this.#writer?.rememberPeer(request.address, this.#environment.now())
        );
      case "forgetPeer":
        return bestEffort(() => this.#writer?.forgetPeer(request.server, this.#environment.now()));
      case "noteAway":
        return bestEffort(() => this.#writer?.noteAway(request.servers));
      case "announce":
        return bestEffort(() => this.#lock?.announce(request.queryAddresses));
      case "close":
        this.#unwritten.push(...request.batches);
        return this.#close();
    }
  }

  // ---- opening ------------------------------------------------------------------------------

  #open({ directory, cluster, limits }: Extract<DiskRequest, { type: "open" }>): DiskContents {
    this.#limits = limits;
    this.#directory = directory;
    this.#cluster = cluster;
    expectRegularFiles(directory);
    // What is not ours is left alone, without even a lock beside it. (With a lock beside it, the file
    // may be open, and must not be read before the lock is held.)
    if (!DirectoryLock.isIn(directory)) {
      if (hasDataFile(directory)) expectOwnFile(directory);
      else expectUnused(directory);
    }
    this.#lock = new DirectoryLock(directory);
    try {
      finishMending(directory);
      const others = openDirectory(directory, this.#lock, this.#environment, limits);
      if (others !== undefined) {
        this.#log.warn("Others had permissions for {directory}: {others}", { directory, others });
      }
      const reader = this.#beginReading();
      return {
        peers: reader.peers(),
        forgotten: reader.forgotten(),
        away: reader.away(),
        bytes: reader.bytes(),
      };
    } catch (error) {
      this.#noteDamage(error);
      const { peers, forgotten, cluster: found } = this.#salvage = new Salvage(directory);
      this.#expectCluster(found);
      return { peers: peers.toReversed(), forgotten, away: [], bytes: 0 };
    }
  }

  #beginReading(): DataReader {
    const reader = this.#reader = new DataReader(this.#directory, this.#limits, true);
    reader.expectWholeLog();
    this.#expectCluster(reader.cluster());
    this.#contents = reader.contents();
    return reader;
  }

  /** @throws the error, unless it says that the directory is damaged. */
  #noteDamage(error: unknown): void {
    if (!(error instanceof DamagedDirectoryError)) throw error;
    this.#damage = error;
    this.#reader?.close();
    this.#reader = undefined;
  }

  /** What was found to be damaged is left out from now on. */
  #mend(): MendedDamage {
    const salvage = this.#salvage ?? new Salvage(this.#directory);
    mendDirectory(this.#directory, salvage, this.#environment);
    this.#damage = this.#salvage = undefined;
    this.#beginReading();
    return { faults: salvage.report.count, lines: salvage.report.text() };
  }

  /** @param found the name in the directory, if it has one */
  #expectCluster(found: string | undefined): void {
    const cluster = this.#cluster;
    if (found === undefined || found === cluster) return;
    throw new DataDirectoryError(
      this.#directory,
      `it belongs to the cluster "${found}", and this server to "${cluster}"; start it with ` +
        `--cluster ${found}, or copy the data over with "cmud data export" and "cmud kv import"`,
    );
  }

  /**
   * The file is opened for writing once it has been read to its end, and SQLite has checked it, because it is
   * sound then. That comes last, because the server takes the entries in meanwhile.
   */
  #read(): DiskAnswers["read"] {
    if (this.#damage !== undefined) throw this.#damage;
    // More may be asked for than there is, and something before it is known that the directory is another's.
    if (this.#reader === undefined || this.#contents === undefined) return undefined;
    try {
      const { value, done } = this.#contents.next();
      if (!done) return value;
      this.#reader.expectSoundFile();
    } catch (error) {
      this.#noteDamage(error);
      throw error;
    }
    this.#reader.close();
    this.#reader = undefined;
    return undefined;
  }

  #beginWriting(): undefined {
    this.#writer = new DataWriter(this.#directory, this.#lock!, this.#environment, this.#limits);
    this.#writer.nameCluster(this.#cluster);
    this.#writer.boundPeers(this.#limits);
    this.#tellSizes();
    this.#scheduleFold();
  }

  // ---- writing ------------------------------------------------------------------------------

  /** Tells soon how much there is: not at each write, because nobody looks that often. */
  #tellSizesSoon(): void {
    this.#cancelSizes ??= this.#environment.after(this.#limits.diskSizesMs, () => {
      this.#tellSizes();
    });
  }

  #tellSizes(): void {
    this.#cancelSizes?.();
    this.#cancelSizes = undefined;
    const { logBytes, fileBytes } = this.#writer!;
    this.#emit({ type: "sizes", logBytes, fileBytes });
  }

  /** Writes the unwritten batches. A refused write is repeated, because there may be room again. */
  #write(): undefined {
    this.#cancelRetry();
    let beganMs = 0;
    try {
      // Writes wait for the fold here when they append faster than it folds.
      const { foldBacklogMax, foldPressMs } = this.#limits;
      if (this.#writer!.logBytes > foldBacklogMax) this.#writer!.foldOn(foldPressMs);
      beganMs = this.#environment.monotonicMs();
      this.#writer!.append(this.#unwritten);
    } catch (error) {
      this.#cancelRetry = this.#environment.after(this.#limits.diskRetryMs, () => this.#write());
      return this.#fail(foundBy(error));
    }
    this.#unwritten = [];
    this.#failing = undefined;
    this.#writtenMs = this.#environment.monotonicMs();
    this.#emit({ type: "written", tookMs: this.#writtenMs - beganMs });
    this.#tellSizesSoon();
    this.#scheduleFold();
  }

  #fail(reason: string): undefined {
    if (this.#failing === reason) return;
    this.#failing = reason;
    this.#emit({ type: "failing", reason });
  }

  /**
   * A long log is folded once nothing has been written for a while, a very long one at once, and a short one
   * when nothing happens, unless it is short beside the file too: what was deleted is gone from the disk then.
   */
  #scheduleFold(): void {
    const { logBytes, logSegments, fileBytes } = this.#writer!;
    const { foldFromBytes, foldFromSegments, foldUrgentBytes } = this.#limits;
    const { foldQuietMs, foldIdleBytes, foldIdleBytesMin, foldIdlePart, foldIdleMs } = this.#limits;
    const isLong = logBytes >= foldFromBytes || logSegments >= foldFromSegments;
    const idleBytes = Math.max(foldIdleBytesMin, fileBytes / foldIdlePart);
    if (!isLong && logBytes < Math.min(foldIdleBytes, idleBytes)) return;
    if (logBytes < foldUrgentBytes) this.#foldAfter(isLong ? foldQuietMs : foldIdleMs);
    else if (this.#cancelFold === undefined) this.#foldAfter(0);
  }

  /** Folds one step at a time, so that a write waits for no more than one step. */
  #foldAfter(delayMs: number): void {
    this.#cancelFold?.();
    this.#cancelFold = this.#environment.after(delayMs, () => {
      this.#cancelFold = undefined;
      try {
        if (this.#writer!.foldOn(this.#stepMs())) {
          this.#tellSizes();
          this.#scheduleFold();
        } else this.#foldAfter(0);
      } catch (error) {
        // Puts are not refused for this: a full disk refuses appends as well, if that matters.
        this.#complainOnce(foundBy(error));
        this.#foldAfter(this.#limits.diskRetryMs);
      }
    });
  }

  /** A step lasts idle time / 40, up to 5 ms, so a write waits little compared with the pause before it. */
  #stepMs(): number {
    const { foldStepMs, foldStepMsMax, foldQuietMs } = this.#limits;
    const quietMs = this.#environment.monotonicMs() - this.#writtenMs;
    return Math.min(foldStepMsMax, foldStepMs * Math.max(1, quietMs / foldQuietMs));
  }

  #complainOnce(reason: string): void {
    if (this.#complaint === reason) return;
    this.#complaint = reason;
    const directory = this.#directory;
    this.#log.warn("{directory}: Cannot fold what was written: {reason}", { directory, reason });
  }

  // ---- closing ------------------------------------------------------------------------------

  #close(): undefined {
    if (this.#unwritten.length > 0) this.#write();
    this.#cancelRetry();
    this.#cancelFold?.();
    this.#cancelSizes?.();
    try {
      this.#expectPersisted();
    } finally {
      this.#reader?.close();
      this.#writer?.close();
      this.#lock?.release();
      this.#log.close();
    }
  }

  /** @throws {DataDirectoryError} when the next start will not find everything that was to be written. */
  #expectPersisted(): void {
    const lostBytes = this.#unwritten.reduce((sum, { length }) => sum + length, 0);
    if (lostBytes === 0) return (this.#writer ?? this.#lock)?.expectHeld();
    const found = `${lostBytes} bytes could not be written (${this.#failing})`;
    throw new DataDirectoryError(this.#directory, found);
  }
}

/** @throws {DataDirectoryError} unless the file is one of ours, be it damaged. */
function expectOwnFile(directory: string): void {
  try {
    checkDataFile(directory, "write");
  } catch (error) {
    if (!(error instanceof DamagedDirectoryError)) throw error;
  }
}

/** Best effort (peer list, owner file): errors are ignored, because a full disk refuses Puts anyway. */
function bestEffort(write: () => void): undefined {
  try {
    write();
  } catch {
    // As said above.
  }
}
