/** A file that is kept open. While it is, no other file gets its number. */
export class HeldFile {
  #path: string;
  #file: Deno.FileInfo;

  /** Takes the path of a file that is open. @throws {Error} when nothing is there any more. */
  constructor(path: string) {
    this.#path = path;
    this.#file = Deno.statSync(path);
  }

  /**
   * Checks that the file is still at its path: what is written to it is found by nobody otherwise.
   *
   * @throws {Error} when nothing is there, or another file.
   */
  expectInPlace(): void {
    const { dev, ino } = Deno.statSync(this.#path);
    if (dev !== this.#file.dev || ino !== this.#file.ino) {
      throw new Error("another file is in its place");
    }
  }
}
