import { sleep } from "../support/until.ts";

/** Between two syncs. */
const pauseMs = 20;

/** Finds out how long the disk takes to sync what is written, while others use it too. */
export class SyncProbe implements AsyncDisposable {
  #file: Deno.FsFile;
  #isOver = false;
  #longestMs = 0;
  /** When the sync under way began; `NaN`: none is. */
  #beganMs = NaN;
  #probing: Promise<void>;

  /** @param path of a file that is made for it, and stays */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { write: true, create: true });
    this.#probing = this.#probe();
  }

  /** The longest sync since this was asked last, the one that is under way included. */
  takeLongestMs(): number {
    const underWayMs = performance.now() - this.#beganMs;
    const longestMs = Math.max(this.#longestMs, underWayMs || 0);
    this.#longestMs = 0;
    return longestMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#probing;
    this.#file.close();
  }

  async #probe(): Promise<void> {
    const block = new Uint8Array(4096);
    while (!this.#isOver) {
      await this.#file.write(block);
      this.#beganMs = performance.now();
      await this.#file.syncData();
      this.#longestMs = Math.max(this.#longestMs, performance.now() - this.#beganMs);
      this.#beganMs = NaN;
      await this.#file.seek(0, Deno.SeekMode.Start);
      await sleep(pauseMs);
    }
  }
}
