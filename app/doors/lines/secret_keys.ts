import { doorLimits } from "../../../limits.ts";
import { endsLine, eraseLast, erases } from "./typed_bytes.ts";

const [interrupt, endOfInput, escape] = [0x03, 0x04, 0x1b];

/** A secret that is typed key by key, none of which is shown. */
export class SecretKeys {
  #bytes: number[] = [];

  /**
   * Takes the next key. @returns the secret when that ends it, `null` when the player gives up, and
   * `undefined` otherwise.
   */
  press(key: number): string | null | undefined {
    if (key === interrupt || key === endOfInput) return null;
    if (endsLine(key)) {
      return new TextDecoder().decode(Uint8Array.from(this.#bytes));
    }
    if (erases(key)) eraseLast(this.#bytes);
    else if (key !== escape && this.#bytes.length < 4 * doorLimits.passwordCharsMax) {
      this.#bytes.push(key);
    }
    return undefined;
  }
}
