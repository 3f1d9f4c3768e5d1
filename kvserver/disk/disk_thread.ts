import { dirname, resolve } from "node:path";
import { DataDirectoryError, DataDirectoryInUseError } from "./data_error.ts";
import type { Disk } from "./disk.ts";
import type { DiskReply, DiskRequest } from "./disk_messages.ts";
import { syncDirectory } from "./sync_directory.ts";

/** A data directory, owned by a thread of its own. */
export class DiskThread implements Disk {
  onFailing: (reason: string | undefined) => void = () => {};
  /** Told that the thread ended unasked: a bug. */
  onBroken: (error: Error) => void = () => {};
  /** Addresses of the system ports of other servers that were known, the last seen first. */
  peers: readonly string[] = [];
  /** How much is to be read, about. */
  bytes = 0;
  #directory: string;
  #worker: Worker;
  /** Who waits for a reply, the oldest first. */
  #waiting: { resolve(reply: DiskReply): void; reject(error: Error): void }[] = [];
  /** What the thread is writing. */
  #underWay: Write[] = [];
  /** What it is to write next. */
  #next: Write[] = [];
  #isFailing = false;
  /** Why the thread ended unasked. */
  #broken: Error | undefined;

  /**
   * Opens a data directory, and makes it if there is none.
   *
   * @throws {DataDirectoryError} when it cannot be used.
   */
  static async open(directory: string): Promise<DiskThread> {
    const disk = new DiskThread(directory);
    try {
      const reply = await disk.#ask({ type: "open", directory });
      if (reply.type === "opened") ({ peers: disk.peers, bytes: disk.bytes } = reply);
      return disk;
    } catch (error) {
      await disk.close().catch(() => {});
      throw error;
    }
  }

  private constructor(directory: string) {
    this.#directory = directory;
    makeDirectory(directory);
    this.#worker = new Worker(new URL("./disk_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<DiskReply>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#break(new Error(`The disk thread ended: ${event.message}`));
    };
  }

  /**
   * What the file holds, in parts as an `EntryBatch` writes them: to be read to its end once, before
   * anything is written.
   *
   * @throws {DataDirectoryError} when the file is damaged, or cannot be written.
   */
  async *entries(): AsyncGenerator<Uint8Array> {
    // The thread reads the next part while this one is being used.
    for (let next = this.#ask({ type: "read" });;) {
      const reply = await next;
      if (reply.type !== "entries" || reply.entries === undefined) return;
      next = this.#ask({ type: "read" });
      // It is looked at when this part has been used.
      next.catch(() => {});
      yield reply.entries;
    }
  }

  write(batch: Uint8Array<ArrayBuffer>, onWritten: () => void): void {
    this.#next.push({ batch, onWritten });
    // What else comes at this moment is written with it.
    if (this.#underWay.length === 0 && this.#next.length === 1) queueMicrotask(this.#writeNext);
  }

  rememberPeer(address: string): void {
    this.#post({ type: "rememberPeer", address });
  }

  /** Tells who looks into the directory where this server answers. */
  announce(queryAddresses: readonly string[]): void {
    this.#post({ type: "announce", queryAddresses });
  }

  /**
   * Writes what is still to be written, and lets others use the directory.
   *
   * @throws {DataDirectoryError} when the disk refused something to the last; {Error} when the thread
   * has ended unasked. It is closed then too.
   */
  async close(): Promise<void> {
    const batches = this.#next.splice(0).map(({ batch }) => batch);
    try {
      await this.#ask({ type: "close", batches });
    } finally {
      this.#worker.terminate();
    }
  }

  #writeNext = (): void => {
    if (this.#next.length === 0) return;
    const batches = this.#next.map(({ batch }) => batch);
    this.#underWay = this.#next;
    this.#next = [];
    this.#post({ type: "write", batches }, batches.map(({ buffer }) => buffer));
  };

  #ask(request: DiskRequest): Promise<DiskReply> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#post(request);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #post(request: DiskRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #receive(reply: DiskReply): void {
    switch (reply.type) {
      case "written":
        return this.#written();
      case "failing":
        this.#isFailing = true;
        return this.onFailing(reply.reason);
      case "refused": {
        const { found, isInUse, owner } = reply.refusal;
        return this.#waiting.shift()!.reject(
          isInUse
            ? new DataDirectoryInUseError(this.#directory, owner)
            : new DataDirectoryError(this.#directory, found),
        );
      }
      default:
        return this.#waiting.shift()!.resolve(reply);
    }
  }

  #written(): void {
    const written = this.#underWay;
    this.#underWay = [];
    this.#writeNext();
    if (this.#isFailing) this.onFailing(undefined);
    this.#isFailing = false;
    for (const { onWritten } of written) onWritten();
  }

  #break(error: Error): void {
    this.#broken = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.onBroken(error);
  }
}

function makeDirectory(directory: string): void {
  try {
    makeLasting(resolve(directory));
  } catch (cause) {
    const why = (cause as Error).message;
    throw new DataDirectoryError(directory, `it cannot be made (${why})`, { cause });
  }
}

/** Makes a directory, and those above it, unless there are, under names that are on the medium. */
function makeLasting(directory: string): void {
  if (isDirectory(directory)) return;
  const above = dirname(directory);
  makeLasting(above);
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  syncDirectory(above);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

interface Write {
  batch: Uint8Array<ArrayBuffer>;
  onWritten(): void;
}
