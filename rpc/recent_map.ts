/** Values by key, so many at the most: past that, the one that was used longest ago is forgotten. */
export class RecentMap<Value> {
  #max: number;
  /** The one that was used last is the last one. */
  #values = new Map<string, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get size(): number {
    return this.#values.size;
  }

  /** Reads a value, which counts as a use. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  /** Sets a value, which counts as a use. */
  set(key: string, value: Value): void {
    this.#touch(key, value);
    if (this.#values.size > this.#max) this.#values.delete(this.#values.keys().next().value!);
  }

  #touch(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }
}
