import { doorLimits } from "../../../limits.ts";

const [interrupt, endOfInput, backspace, lineFeed, carriageReturn, escape, erase] = [
  ...[0x03, 0x04, 0x08, 0x0a, 0x0d, 0x1b, 0x7f],
];

/** A secret that is typed key by key, none of which is shown. */
export class SecretKeys {
  #bytes: number[] = [];

  /**
   * Takes the next key. @returns the secret when that ends it, `null` when the player gives up, and
   * `undefined` otherwise.
   */
  press(key: number): string | null | undefined {
    if (key === interrupt || key === endOfInput) return null;
    if (key === lineFeed || key === carriageReturn) {
      return new TextDecoder().decode(Uint8Array.from(this.#bytes));
    }
    if (key === backspace || key === erase) this.#erase();
    else if (key !== escape && this.#bytes.length < 4 * doorLimits.passwordCharsMax) {
      this.#bytes.push(key);
    }
    return undefined;
  }

  #erase(): void {
    while (((this.#bytes.at(-1) ?? 0) & 0xc0) === 0x80) this.#bytes.pop();
    this.#bytes.pop();
  }
}
