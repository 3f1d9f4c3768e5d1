/** Keys that belong together. */
export interface Keys {
  readonly text: string;
  /** Whether the text was pasted: a Tab in it is then a character, and no key is a command. */
  readonly isPasted: boolean;
}

/** Marks of bracketed paste, which a terminal puts around pasted text. */
const pasteBegins = "\x1b[200~";
const pasteEnds = "\x1b[201~";

// deno-lint-ignore no-control-regex -- these are keys
const markBeginning = /\x1b(?:\[(?:2(?:0[01]?)?)?)?$/;

/** Escape sequences of keys; a lone Escape is a key too. */
// deno-lint-ignore no-control-regex -- likewise
const markBeginningOfKeys = /\x1b\[(?:2(?:0[01]?)?)?$/;

/**
 * Type-ahead: keys that were pressed and not used yet, in order.
 *
 * A piece ends behind a line break or a Tab, because the keys behind it must wait until the line was
 * carried out, or the Tab answered.
 */
export class KeyQueue {
  #decoder = new TextDecoder();
  #waiting: Keys[] = [];
  #length = 0;
  #isPasting = false;
  /** The tail of the input that may be the start of a paste mark. */
  #held = "";

  /** Characters in the queue. */
  get length(): number {
    return this.#length;
  }

  /** Appends text that was read from the terminal. */
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

  /** Removes and returns the next piece; `undefined` when the queue is empty. */
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

  /** Drops everything up to and including the last `key`. @returns whether the queue held one. */
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
