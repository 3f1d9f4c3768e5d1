import type { Random } from "../../rpc/mod.ts";

/**
 * Random numbers that a seed determines: Chris Doty-Humphrey's sfc32, which passes the common
 * batteries of statistical tests and is a few lines long. No use for secrets.
 */
export class Prng implements Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  /** @param seed an integer; its lowest 32 bits count */
  constructor(seed: number) {
    this.#a = seed | 0;
    // Seeds that are near each other draw alike at first.
    for (let i = 0; i < 16; i++) this.u32();
  }

  /** An integer of 32 bits. */
  u32(): number {
    const drawn = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  }

  fraction(): number {
    return this.u32() / 2 ** 32;
  }

  hex64(): string {
    const digits = () => this.u32().toString(16).padStart(8, "0");
    return digits() + digits();
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** A generator of its own: what is drawn from it changes nothing here, and the other way round. */
  fork(): Prng {
    return new Prng(this.u32());
  }
}
