/** A time up to which entries of a queue wait. */
interface Mark {
  /** How many entries, from the first of the queue on, were there when the mark was made. */
  count: number;
  /** Since when the oldest of them waits that no earlier mark counts. */
  sinceMs: number;
}

/** Entries that are enqueued within this time are counted as enqueued together. */
const resolutionMs = 50;

/** Marks that are kept; past it two that follow each other become one, which makes entries seem older. */
const marksMax = 64;

/**
 * Since when the entries of a queue wait. Counting them is enough, because entries keep their places, and
 * leave from the front. An entry whose key is queued already takes the place of the earlier one: it counts
 * as that one.
 */
export class WaitingSince {
  /** In the order of the queue. */
  #marks: Mark[] = [];

  /** How many entries are known to wait: those that have left are not among them. */
  get size(): number {
    return this.#marks.at(-1)?.count ?? 0;
  }

  /** Since when the oldest entry waits; `Infinity`: none does. */
  get oldestMs(): number {
    // Entries that were lost on their way come behind others, and are older.
    return this.#marks.reduce((oldest, { sinceMs }) => Math.min(oldest, sinceMs), Infinity);
  }

  /**
   * Entries were enqueued.
   *
   * @param size of the queue now
   * @param sinceMs when that was, or since when these entries wait already
   */
  enqueued(size: number, sinceMs: number): void {
    if (size <= this.size) return;
    const last = this.#marks.at(-1);
    if (last !== undefined && sinceMs >= last.sinceMs && sinceMs < last.sinceMs + resolutionMs) {
      last.count = size;
      return;
    }
    this.#marks.push({ count: size, sinceMs });
    if (this.#marks.length > marksMax) this.#thin();
  }

  /**
   * Entries have left: the first ones, or any.
   *
   * @param count of those that have left from the front
   * @param size of the queue now
   */
  left(count: number, size: number): void {
    const oldestMs = this.oldestMs;
    const marks = this.#marks.map((mark) => ({
      ...mark,
      count: Math.min(mark.count - count, size),
    }));
    this.#marks = marks.filter((mark, i) => mark.count > Math.max(0, marks[i - 1]?.count ?? 0));
    // What was passed over waits on.
    if (size > 0 && this.#marks.length === 0) this.#marks.push({ count: size, sinceMs: oldestMs });
  }

  /** All entries have left. */
  clear(): void {
    this.#marks = [];
  }

  #thin(): void {
    this.#marks = this.#marks.flatMap((mark, i) => {
      if (i % 2 === 0) return this.#marks[i + 1] === undefined ? [mark] : [];
      return [{ count: mark.count, sinceMs: Math.min(mark.sinceMs, this.#marks[i - 1].sinceMs) }];
    });
  }
}
