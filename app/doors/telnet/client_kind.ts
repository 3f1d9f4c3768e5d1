/**
 * What a client says of itself by its terminal types (MTTS): first its name, then the terminal that it is
 * like, then a number whose bits say what it can do, which comes again and again.
 *
 * @module
 */

/** Bits of MTTS. */
const mtts = { ansi: 1, utf8: 4, screenReader: 64 } as const;

/** Terminals that edit no lines by themselves once the server says that it echoes. */
const bareTerminal = /^(?:xterm|vt\d|linux|screen|tmux|ansi|putty|rxvt|konsole|cygwin)/i;

/** So many types are asked for: no client has more to say. */
const typesMax = 4;

/** What is known of a client by what it was asked for. */
export class ClientKind {
  #types: string[] = [];
  #bits: number | undefined;
  #isKnown = false;

  /** Takes the next type. @returns whether another one is to be asked for. */
  take(type: string): boolean {
    if (this.#isKnown) return false;
    const [, bits] = /^MTTS (\d{1,9})$/.exec(type) ?? [];
    if (bits !== undefined) this.#bits = Number(bits);
    const isRepeated = type === this.#types.at(-1);
    this.#types.push(type);
    this.#isKnown = bits !== undefined || isRepeated || this.#types.length >= typesMax;
    return !this.#isKnown;
  }

  /** Whether nothing more will be known. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Whether the player has lines read aloud. */
  get isSpoken(): boolean {
    return this.#has(mtts.screenReader) ?? false;
  }

  /** Whether it shows colours. Who says nothing of that gets none. */
  get hasColour(): boolean {
    return this.#has(mtts.ansi) ?? this.#types.some((type) => bareTerminal.test(type));
  }

  /** Whether it knows UTF-8; `undefined`: it has not said. */
  get knowsUtf8(): boolean | undefined {
    return this.#has(mtts.utf8);
  }

  /** Whether it is no client for games but a terminal, where the server has to edit the lines. */
  get isBareTerminal(): boolean {
    const [first] = this.#types;
    return this.#bits === undefined && first !== undefined && bareTerminal.test(first);
  }

  #has(bit: number): boolean | undefined {
    return this.#bits === undefined ? undefined : (this.#bits & bit) !== 0;
  }
}
