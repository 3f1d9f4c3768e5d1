/**
 * Keys that wait to be used, in the order in which they were pressed.
 *
 * What was read at once stays together, up to the end of a line: so a pasted tab can be told from one
 * that was pressed, and no line is begun before the one in front of it was done.
 */
export class KeyQueue {
  #decoder = new TextDecoder();
  #chunks: string[] = [];
  #length = 0;

  /** How many characters wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds what was read. */
  add(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return;
    this.#chunks.push(text);
    this.#length += text.length;
  }

  /** Takes what was read at once, or its first line with its end; `undefined` when nothing waits. */
  take(): string | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    const [taken] = /^[^\r\n]*(?:\r\n|\r|\n)?/.exec(chunk)!;
    if (taken.length < chunk.length) this.#chunks.unshift(chunk.slice(taken.length));
    this.#length -= taken.length;
    return taken;
  }

  /** Drops all up to and with the last `key`. @returns whether there is one. */
  dropThrough(key: string): boolean {
    const last = this.#chunks.findLastIndex((chunk) => chunk.includes(key));
    if (last < 0) return false;
    const chunk = this.#chunks[last];
    const rest = chunk.slice(chunk.lastIndexOf(key) + key.length);
    this.#chunks = [rest, ...this.#chunks.slice(last + 1)].filter((text) => text !== "");
    this.#length = this.#chunks.reduce((sum, { length }) => sum + length, 0);
    return true;
  }
}
