import { type Claim, unite } from "./claim.ts";

/** Claims that wait; past it two of an actor that go on from each other become one, at the later place. */
const waitingMax = 256;

/**
 * Claims that wait in a queue behind the entries that they cover.
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
  #waiting: { claim: Claim; places: number }[] = [];

  /** Number of claims that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whether a claim may leave now. */
  get isDue(): boolean {
    return this.#waiting.length > 0 && this.#waiting[0].places <= this.#left;
  }

  /** The claims that wait. */
  get waiting(): Claim[] {
    return this.#waiting.map(({ claim }) => claim);
  }

  /** The queue got a place at its end. */
  pushed(): void {
    this.#pushed++;
  }

  /** The first place of the queue has left. */
  left(): void {
    this.#left++;
  }

  /** Adds a claim, behind all that is queued now. */
  add(claim: Claim): void {
    const last = this.#waiting.findLast(({ claim: { uid } }) => uid === claim.uid);
    if (last !== undefined && last.places === this.#pushed && isContinued(last.claim, claim)) {
      last.claim = { ...last.claim, to: Math.max(last.claim.to, claim.to) };
      return;
    }
    this.#waiting.push({ claim, places: this.#pushed });
    if (this.#waiting.length > waitingMax) this.#thin();
  }

  /** Takes the claims out that may leave: with the entries that have left, or later. */
  take(): Claim[] {
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count].places <= this.#left) count++;
    return count === 0 ? [] : unite(this.#waiting.splice(0, count).map(({ claim }) => claim));
  }

  /**
   * Puts claims back that left with entries which may be lost, and are at the end of the queue again. The
   * claims that wait may cover those entries too, so all of them go behind these.
   */
  putBack(lost: readonly Claim[]): void {
    if (lost.length + this.#waiting.length === 0) return;
    const places = this.#pushed;
    this.#waiting = unite([...lost, ...this.waiting]).map((claim) => ({ claim, places }));
  }

  /** Drops all claims, because what they covered was dropped from the queue, which is empty now. */
  clear(): void {
    this.#waiting = [];
    this.#left = this.#pushed;
  }

  /** Each second claim of an actor takes the one before it along, if it goes on from that. */
  #thin(): void {
    const before = new Map<string, { claim: Claim; places: number }>();
    const kept: { claim: Claim; places: number }[] = [];
    for (const waiting of this.#waiting) {
      const { uid } = waiting.claim;
      const first = before.get(uid);
      if (first !== undefined && isContinued(first.claim, waiting.claim)) {
        before.delete(uid);
        kept.splice(kept.indexOf(first), 1);
        const { from } = first.claim;
        kept.push({ ...waiting, claim: { uid, from, to: waiting.claim.to } });
      } else {
        kept.push(waiting);
        before.set(uid, waiting);
      }
    }
    this.#waiting = kept;
  }
}

/** Whether a claim goes on where another one ends, or before. */
function isContinued(before: Claim, claim: Claim): boolean {
  return before.from <= claim.from && claim.from <= before.to;
}
