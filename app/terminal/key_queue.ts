/** Keys that belong together. */
export interface Keys {
  readonly text: string;
  /** Whether it was pasted: then a tab in it is a character, and nothing is a command. */
  readonly isPasted: boolean;
}

/** What terminals put around text that is pasted, when they were asked to. */
const pasteBegins = "\x1b[200~";
const pasteEnds = "\x1b[201~";

// deno-lint-ignore no-control-regex -- these are keys
const markBeginning = /\x1b(?:\[(?:2(?:0[01]?)?)?)?$/;

/** Among keys, Escape alone is one of them. */
// deno-lint-ignore no-control-regex -- likewise
const markBeginningOfKeys = /\x1b\[(?:2(?:0[01]?)?)?$/;

/**
 * Keys that wait to be used, in the order in which they were pressed.
 *
 * They are taken line by line, and at each Tab: so no line is begun before the one in front of it was
 * done, and nothing behind a Tab is used before that was answered.
 */
export class KeyQueue {
  #decoder = new TextDecoder();
  #waiting: Keys[] = [];
  #length = 0;
  #isPasting = false;
  /** What may be the beginning of a mark. */
  #held = "";

  /** How many characters wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds what was read. */
  add(bytes: Uint8Array): void {
    let text = this.#held + this.#decoder.decode(bytes, { stream: true });
    for (;;) {
      const mark = this.#isPasting ? pasteEnds : pasteBegins;
      const at = text.indexOf(mark);
      if (at < 0) break;
      this.#push(text.slice(0, at));
      text = text.slice(at + mark.length);
      this.#isPasting = !this.#isPasting;
    }
    const beginning = this.#isPasting ? markBeginning : markBeginningOfKeys;
    this.#held = beginning.exec(text)?.[0] ?? "";
    this.#push(text.slice(0, text.length - this.#held.length));
  }

  /** Takes what comes next up to the end of its line or to a Tab; `undefined` when nothing waits. */
  take(): Keys | undefined {
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    const { text, isPasted } = next;
    const pattern = isPasted ? /^[^\r\n]*(?:\r\n|\r|\n)?/ : /^(?:\t|[^\r\n\t]*(?:\r\n|\r|\n)?)/;
    const [taken] = pattern.exec(text)!;
    if (taken.length < text.length) {
      this.#waiting.unshift({ text: text.slice(taken.length), isPasted });
    }
    this.#length -= taken.length;
    return { text: taken, isPasted };
  }

  /** Drops all up to and with the last `key` that was pressed. @returns whether there is one. */
  dropThrough(key: string): boolean {
    const last = this.#waiting.findLastIndex(({ text, isPasted }) =>
      !isPasted && text.includes(key)
    );
    if (last < 0) return false;
    const { text } = this.#waiting[last];
    const behind = this.#waiting.slice(last + 1);
    this.#waiting = [];
    this.#length = 0;
    this.#push(text.slice(text.lastIndexOf(key) + key.length), false);
    for (const { text, isPasted } of behind) this.#push(text, isPasted);
    return true;
  }

  #push(text: string, isPasted = this.#isPasting): void {
    if (text === "") return;
    this.#waiting.push({ text, isPasted });
    this.#length += text.length;
  }
}
