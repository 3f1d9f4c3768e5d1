import { type Dot, VersionVector } from "./version_vector.ts";

/**
 * Claims that wait in a queue behind the entries that they cover: "all writes of this actor up to this
 * counter have been sent to you".
 *
 * The queue coalesces by key, so which entries a claim covers cannot be told from those that leave. But a
 * key keeps its place however often it is put again. So a claim is a mark at a place of the queue: when
 * all that was queued before the mark has left, in this form or a later one, it may leave.
 *
 * Places are counted: `pushed` and `left` tell that the queue got one more at its end, or lost its first.
 */
export class Claims {
  /** How many places the queue has had, and how many have left. */
  #pushed = 0;
  #left = 0;
  /** Claims, each with the number of places that must have left; the first ones first. */
  #waiting: { dot: Dot; places: number }[] = [];

  /** Number of claims that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** The queue got a place at its end. */
  pushed(): void {
    this.#pushed++;
  }

  /** The first place of the queue has left. */
  left(): void {
    this.#left++;
  }

  /**
   * Adds a claim, behind all that is queued now. Of two claims for one actor at one place the later one
   * stays.
   */
  add(dot: Dot): void {
    const at = this.#waiting.findLastIndex(({ dot: { uid } }) => uid === dot.uid);
    if (at >= 0 && this.#waiting[at].places === this.#pushed) {
      if (this.#waiting[at].dot.counter < dot.counter) this.#waiting[at].dot = dot;
      return;
    }
    this.#waiting.push({ dot, places: this.#pushed });
  }

  /** Takes the claims out that may leave: with the entries that have left, or later. */
  take(): Dot[] {
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count].places <= this.#left) count++;
    return this.#waiting.splice(0, count).map(({ dot }) => dot);
  }

  /**
   * Puts claims back that left with entries which may be lost, and are at the end of the queue again. The
   * claims that wait may cover those entries too, so all of them go behind these.
   */
  putBack(lost: Iterable<Dot>): void {
    const claims = new VersionVector();
    for (const dot of lost) claims.add(dot);
    for (const { dot } of this.#waiting) claims.add(dot);
    this.#waiting = Array.from(claims, ([uid, counter]) => {
      return { dot: { uid, counter }, places: this.#pushed };
    });
  }

  /** Drops all claims, because what they covered was dropped from the queue, which is empty now. */
  clear(): void {
    this.#waiting = [];
    this.#left = this.#pushed;
  }
}
