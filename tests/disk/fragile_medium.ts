type Fault = "write" | "sync" | "syncDirectory" | "truncate" | "remove";

/**
 * A directory on a medium that refuses now and then, and that forgets in a power cut what no sync has
 * made last: the bytes of a file behind those that were synced, or some of them, and the names of files
 * since the directory was synced. Deno's synchronous file functions are under its control meanwhile.
 */
export class FragileMedium implements Disposable {
  /** What it is going to refuse, each once. */
  readonly faults = new Set<Fault>();
  #directory: string;
  #random: (limit: number) => number;
  #paths = new WeakMap<Deno.FsFile, string>();
  /** How much of each file has been synced. */
  #synced = new Map<string, number>();
  /** The files whose names have been. */
  #named = new Set<string>();
  #real = {
    openSync: Deno.openSync,
    removeSync: Deno.removeSync,
    writeSync: Deno.FsFile.prototype.writeSync,
    syncSync: Deno.FsFile.prototype.syncSync,
    syncDataSync: Deno.FsFile.prototype.syncDataSync,
    truncateSync: Deno.FsFile.prototype.truncateSync,
  };

  /** @param random a number below a limit */
  constructor(directory: string, random: (limit: number) => number) {
    this.#directory = directory;
    this.#random = random;
    this.#takeOver();
  }

  /** Forgets what need not have lasted, or less of it. No file must be open. */
  cutPower(): void {
    for (const path of this.#files()) {
      if (!this.#named.has(path) && this.#random(2) === 0) this.#real.removeSync(path);
      else this.#forgetTail(path);
    }
    for (const path of this.#files()) this.#synced.set(path, Deno.statSync(path).size);
    this.#named = new Set(this.#files());
  }

  [Symbol.dispose](): void {
    const { openSync, removeSync, ...methods } = this.#real;
    Object.assign(Deno, { openSync, removeSync });
    Object.assign(Deno.FsFile.prototype, methods);
  }

  /** Cuts the file off, and leaves out some of the sectors that were not synced. */
  #forgetTail(path: string): void {
    const bytes = Deno.readFileSync(path);
    const synced = this.#synced.get(path) ?? 0;
    const length = synced + this.#random(bytes.length - synced + 1);
    for (let at = synced; at < length;) {
      const end = Math.min(length, at - at % sectorBytes + sectorBytes);
      if (this.#random(3) === 0) bytes.fill(0, at, end);
      at = end;
    }
    Deno.writeFileSync(path, bytes.subarray(0, length));
  }

  #files(): string[] {
    return Array.from(
      Deno.readDirSync(this.#directory),
      ({ name }) => `${this.#directory}/${name}`,
    );
  }

  #refuse(fault: Fault): void {
    if (this.faults.delete(fault)) throw new Error(`refused: ${fault}`);
  }

  #takeOver(): void {
    // deno-lint-ignore no-this-alias -- the methods below have a `this` of their own
    const medium = this;
    const real = this.#real;
    Object.assign(Deno, {
      openSync(path: string, options?: Deno.OpenOptions) {
        const file = real.openSync(path, options);
        medium.#paths.set(file, path);
        return file;
      },
      removeSync(path: string, options?: Deno.RemoveOptions) {
        medium.#refuse("remove");
        return real.removeSync(path, options);
      },
    });
    Object.assign(Deno.FsFile.prototype, {
      writeSync(this: Deno.FsFile, bytes: Uint8Array) {
        if (!medium.faults.has("write")) return real.writeSync.call(this, bytes);
        real.writeSync.call(this, bytes.subarray(0, medium.#random(bytes.length)));
        medium.#refuse("write");
      },
      syncDataSync(this: Deno.FsFile) {
        medium.#refuse("sync");
        const path = medium.#paths.get(this)!;
        medium.#synced.set(path, Deno.statSync(path).size);
      },
      syncSync() {
        medium.#refuse("syncDirectory");
        medium.#named = new Set(medium.#files());
      },
      truncateSync(this: Deno.FsFile, length: number) {
        medium.#refuse("truncate");
        real.truncateSync.call(this, length);
      },
    });
  }
}

const sectorBytes = 512;
