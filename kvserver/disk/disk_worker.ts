/**
 * The thread that owns a data directory: the server's others never wait for a disk.
 *
 * @module
 */

import {
  diskRetryMs,
  foldBacklogMax,
  foldFromBytes,
  foldFromSegments,
  foldPressMs,
  foldQuietMs,
  foldStepMs,
  foldStepMsMax,
  foldUrgentBytes,
  peersMax,
} from "../../limits.ts";
import { DataDirectoryError, DataDirectoryInUseError } from "./data_error.ts";
import { checkDataFile, createDataFile, hasDataFile } from "./data_file.ts";
import { DataReader } from "./data_reader.ts";
import { DataWriter } from "./data_writer.ts";
import { DirectoryLock } from "./directory_lock.ts";
import type { DiskRefusal, DiskReply, DiskRequest } from "./disk_messages.ts";

/** This thread's end of the channel to the one that started it. */
interface Port {
  onmessage: ((event: MessageEvent<DiskRequest>) => void) | null;
  postMessage(reply: DiskReply, transfer?: Transferable[]): void;
  close(): void;
}

/** The directory from its opening to its closing: first it is read, then written. */
class Keeper {
  #port: Port;
  #directory = "";
  #lock: DirectoryLock | undefined;
  #reader: DataReader | undefined;
  #chunks: Iterator<Uint8Array> | undefined;
  #writer: DataWriter | undefined;
  /** What the disk has refused so far. */
  #unwritten: Uint8Array[] = [];
  /** Why, as the server was told last. */
  #failing: string | undefined;
  /** When the disk took something last. */
  #writtenMs = -Infinity;
  /** What was said of folding last. */
  #complaint: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #fold: ReturnType<typeof setTimeout> | undefined;

  constructor(port: Port) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  #receive(request: DiskRequest): void {
    switch (request.type) {
      case "open":
        return this.#refusing(() => this.#open(request.directory));
      case "read":
        return this.#refusing(() => this.#read());
      case "write":
        this.#unwritten.push(...request.batches);
        return this.#write();
      case "rememberPeer":
        return this.#trying(() => this.#writer?.rememberPeer(request.address, Date.now()));
      case "announce":
        return this.#trying(() => this.#lock?.announce(request.queryAddresses));
      case "close":
        this.#unwritten.push(...request.batches);
        return this.#close();
    }
  }

  // ---- opening ------------------------------------------------------------------------------

  #open(directory: string): void {
    this.#directory = directory;
    // A file that is not ours is left alone, without even a lock beside it. (Where there is a lock,
    // the file may be open, and must not be looked at before.)
    if (!DirectoryLock.isIn(directory) && hasDataFile(directory)) checkDataFile(directory, "write");
    this.#lock = new DirectoryLock(directory);
    if (!hasDataFile(directory)) createDataFile(directory);
    checkDataFile(directory, "write");
    this.#reader = new DataReader(directory);
    this.#reader.expectSound();
    this.#chunks = this.#reader.chunks();
    const peers = this.#reader.peers();
    this.#port.postMessage({ type: "opened", peers, bytes: this.#reader.bytes() });
  }

  /** The file is opened for writing when it has been read to its end, and so is sound. */
  #read(): void {
    const { value, done } = this.#chunks!.next();
    if (!done) {
      const entries = value as Uint8Array<ArrayBuffer>;
      return this.#port.postMessage({ type: "entries", entries }, [entries.buffer]);
    }
    this.#reader!.close();
    this.#reader = undefined;
    this.#writer = new DataWriter(this.#directory, this.#lock!);
    this.#writer.forgetPeers(peersMax);
    this.#port.postMessage({ type: "entries" });
    this.#foldWhenQuiet();
  }

  #refusing(open: () => void): void {
    try {
      open();
    } catch (error) {
      if (!(error instanceof DataDirectoryError)) throw error;
      const isInUse = error instanceof DataDirectoryInUseError;
      const refusal: DiskRefusal = { found: error.found, isInUse };
      if (isInUse) refusal.owner = error.owner;
      this.#port.postMessage({ type: "refused", refusal });
    }
  }

  // ---- writing ------------------------------------------------------------------------------

  /** What the disk refuses is tried again and again: there may be room again, and then nothing is lost. */
  #write(): void {
    clearTimeout(this.#retry);
    try {
      // What is appended faster than it can be folded waits for that.
      if (this.#writer!.logBytes > foldBacklogMax) this.#writer!.foldOn(foldPressMs);
      this.#writer!.append(this.#unwritten);
    } catch (error) {
      this.#retry = setTimeout(() => this.#write(), diskRetryMs);
      return this.#fail(reasonOf(error));
    }
    this.#unwritten = [];
    this.#failing = undefined;
    this.#writtenMs = performance.now();
    this.#port.postMessage({ type: "written" });
    this.#foldWhenQuiet();
  }

  #fail(reason: string): void {
    if (this.#failing === reason) return;
    this.#failing = reason;
    this.#port.postMessage({ type: "failing", reason });
  }

  /** A long log is folded when nothing has been written for a while; a very long one in any case. */
  #foldWhenQuiet(): void {
    const { logBytes, logSegments } = this.#writer!;
    if (logBytes < foldFromBytes && logSegments < foldFromSegments) return;
    if (logBytes < foldUrgentBytes) this.#foldAfter(foldQuietMs);
    else if (this.#fold === undefined) this.#foldAfter(0);
  }

  /** A step at a time, so that what is to be written does not wait. */
  #foldAfter(delayMs: number): void {
    clearTimeout(this.#fold);
    this.#fold = setTimeout(() => {
      this.#fold = undefined;
      try {
        if (this.#writer!.foldOn(this.#stepMs())) this.#foldWhenQuiet();
        else this.#foldAfter(0);
      } catch (error) {
        // A full disk matters when it refuses what is appended too.
        this.#complainOnce(`Cannot fold what was written: ${reasonOf(error)}`);
        this.#foldAfter(diskRetryMs);
      }
    }, delayMs);
  }

  /** The longer nothing has been written, the longer: what comes then waits a fortieth of that. */
  #stepMs(): number {
    const quietMs = performance.now() - this.#writtenMs;
    return Math.min(foldStepMsMax, foldStepMs * Math.max(1, quietMs / foldQuietMs));
  }

  #complainOnce(complaint: string): void {
    if (this.#complaint !== complaint) console.error(`${this.#directory}: ${complaint}`);
    this.#complaint = complaint;
  }

  /** For what makes things easier and no more. */
  #trying(write: () => void): void {
    try {
      write();
    } catch {
      // The disk is full; whoever puts is told so.
    }
  }

  /** @throws {DataDirectoryError} when not all that was to be written will be found at the next start. */
  #expectKept(): void {
    const lostBytes = this.#unwritten.reduce((sum, { length }) => sum + length, 0);
    if (lostBytes === 0) return this.#lock?.expectHeld();
    const found = `${lostBytes} bytes could not be written (${this.#failing})`;
    throw new DataDirectoryError(this.#directory, found);
  }

  #close(): void {
    if (this.#unwritten.length > 0) this.#write();
    clearTimeout(this.#retry);
    clearTimeout(this.#fold);
    this.#refusing(() => {
      try {
        this.#expectKept();
      } finally {
        this.#reader?.close();
        this.#writer?.close();
        this.#lock?.release();
      }
      this.#port.postMessage({ type: "closed" });
    });
    this.#port.close();
  }
}

/** What is wrong, for those who know where. */
function reasonOf(error: unknown): string {
  return error instanceof DataDirectoryError ? error.found : (error as Error).message;
}

new Keeper(self as unknown as Port);
