export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly order: number;
}

export class Outbox {
  /** By key; a map keeps the place of a key whose entry is replaced. */
  #waiting = new Map<string, Entry>();

  add(entry: Entry): void {
    const waiting = this.#waiting.get(entry.key);
    if (waiting === undefined || entry.order > waiting.order) this.#waiting.set(entry.key, entry);
  }

  remove({ key, order }: Entry): void {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined && waiting.order <= order) this.#waiting.delete(key);
  }

  take(max: number): Entry[] {
    const taken = [...this.#waiting.values()].slice(0, max);
    for (const { key } of taken) this.#waiting.delete(key);
    return taken;
  }
}
