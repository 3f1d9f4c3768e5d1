/** Places of the table at first, a power of two. */
const firstPlaces = 32;

/**
 * Positive integers of 32 bits, each once, first in, first out: `add` and `shift` are O(1), amortized. A
 * hash table of open addressing finds them, several times as fast as a `Set`, and without memory for each.
 */
export class NumberSet {
  /** The numbers, in order; those before `#left` have left. */
  #numbers = new Uint32Array(firstPlaces / 2);
  #left = 0;
  #end = 0;
  /** By the hashes of numbers: where they are in `#numbers`, and 1; 0: a free place. */
  #table = new Uint32Array(firstPlaces);

  /** How many there are. */
  get size(): number {
    return this.#end - this.#left;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#numbers.byteLength + this.#table.byteLength;
  }

  /** The first number, of one or more. */
  get first(): number {
    return this.#numbers[this.#left];
  }

  has(number: number): boolean {
    return this.#table[this.#placeOf(number)] > this.#left;
  }

  /** Adds a number at the end, unless it is there. */
  add(number: number): void {
    if (this.#end === this.#numbers.length) this.#makeRoom();
    const place = this.#placeOf(number);
    if (this.#table[place] > this.#left) return;
    this.#numbers[this.#end++] = number;
    this.#table[place] = this.#end;
  }

  /** Removes the first number. */
  shift(): void {
    if (++this.#left === this.#end) this.clear();
  }

  /** Removes all of them, and gives most of the memory back. */
  clear(): void {
    if (this.#end > maxKept) this.#resize(firstPlaces);
    else this.#table.fill(0);
    this.#left = this.#end = 0;
  }

  /** The place of a number, be it one that has left, or the free one where it would be. */
  #placeOf(number: number): number {
    const mask = this.#table.length - 1;
    let place = Math.imul(number, 0x9e3779b1) >>> 7 & mask;
    for (;;) {
      const found = this.#table[place];
      if (found === 0 || this.#numbers[found - 1] === number) return place;
      place = (place + 1) & mask;
    }
  }

  /** Leaves those out that have left, and doubles unless these were many. */
  #makeRoom(): void {
    const numbers = this.#numbers.slice(this.#left, this.#end);
    this.#resize(
      numbers.length * 2 > this.#numbers.length ? this.#table.length * 2 : this.#table.length,
    );
    this.#left = this.#end = 0;
    for (const number of numbers) {
      const place = this.#placeOf(number);
      this.#numbers[this.#end++] = number;
      this.#table[place] = this.#end;
    }
  }

  /** The table is at most half full, those included that have left. */
  #resize(places: number): void {
    this.#table = new Uint32Array(places);
    this.#numbers = new Uint32Array(places / 2);
  }
}

/** Memory for so many numbers is kept when all have left. */
const maxKept = 1_024;
