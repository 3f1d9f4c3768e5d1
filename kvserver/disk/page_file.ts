/** Thrown when a file is not as it is expected to be by whoever reads it without SQLite. */
export class UnexpectedPageError extends Error {}

/** Pages that are read at once when they lie in a row. */
const pagesAtOnce = 64;

/** Pages in a row may have so many others between them. */
const gapMax = 8;

/** Reads pages of an SQLite file, those that lie in a row many at once. */
export class PageFile implements Disposable {
  readonly pageBytes: number;
  #file: Deno.FsFile;
  #pages: number;

  /** @throws {UnexpectedPageError} when the file cannot be read, or its pages have not the usual form. */
  constructor(path: string) {
    this.#file = attempt(() => Deno.openSync(path));
    try {
      const header = new Uint8Array(headerBytes);
      this.#read(0, header);
      const [high, low] = header.subarray(pageBytesAt);
      this.pageBytes = high << 8 | low;
      const { size } = this.#file.statSync();
      this.#pages = size / this.pageBytes;
      const hasUsualForm = this.pageBytes >= pageBytesMin && header[reservedBytesAt] === 0;
      if (!hasUsualForm || !Number.isInteger(this.#pages)) throw new UnexpectedPageError();
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#pages * this.pageBytes;
  }

  /** Begins to read pages that are going to be asked for in about the order in which they lie. */
  window(): PageWindow {
    return new PageWindow(this);
  }

  /** Reads up to `count` pages from the page `number` on, as many as there are. */
  read(number: number, count: number): Uint8Array {
    const found = Math.min(count, this.#pages - number + 1);
    // A page without a number, or behind the file.
    if (number < 1 || found < 1) throw new UnexpectedPageError();
    const pages = new Uint8Array(found * this.pageBytes);
    this.#read((number - 1) * this.pageBytes, pages);
    return pages;
  }

  #read(at: number, into: Uint8Array): void {
    attempt(() => this.#file.seekSync(at, Deno.SeekMode.Start));
    for (let filled = 0; filled < into.length;) {
      const count = attempt(() => this.#file.readSync(into.subarray(filled)));
      if (count === null) throw new UnexpectedPageError();
      filled += count;
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Pages of a file that are asked for in about the order in which they lie. */
export class PageWindow {
  /** The memory of the page that was found last, which stays as it is. */
  bytes: Uint8Array = new Uint8Array();
  /** Where in `bytes` that page begins. */
  start = 0;
  #file: PageFile;
  /** The first of the pages in `bytes`, and how many there are. */
  #first = 0;
  #count = 0;

  constructor(file: PageFile) {
    this.#file = file;
  }

  /** Finds a page: `bytes` and `start` tell where it is. @throws {UnexpectedPageError} */
  find(number: number): void {
    const end = this.#first + this.#count;
    if (number < this.#first || number >= end) {
      const isAhead = number >= end && number < end + gapMax;
      const count = isAhead ? Math.min(2 * this.#count, pagesAtOnce) : 1;
      this.bytes = this.#file.read(number, Math.max(count, 1));
      this.#first = number;
      this.#count = this.bytes.length / this.#file.pageBytes;
    }
    this.start = (number - this.#first) * this.#file.pageBytes;
  }
}

const headerBytes = 100;
const pageBytesAt = 16;
const reservedBytesAt = 20;
const pageBytesMin = 512;

/** Does what the system may refuse. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UnexpectedPageError(undefined, { cause });
  }
}
