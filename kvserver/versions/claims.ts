import { defaultLimits } from "../../limits.ts";
import { type Claim, unite } from "./claim.ts";

/** Claims that wait; past it two of an actor that go on from each other become one, at the later place. */
const waitingMax = 256;

/** Memory for a claim that waits, the name of its actor included, as was measured. */
export const bytesPerClaim = 250;

/** A claim, and the number of places that must have left before it may. */
interface Waiting {
  claim: Claim;
  readonly places: number;
}

/**
 * Claims that wait in a queue behind the entries that they cover.
 *
 * The queue coalesces by key, so which entries a claim covers cannot be told from those that leave. But a
 * key keeps its place however often it is put again. So a claim is a mark at a place of the queue: when
 * all that was queued before the mark has left, in this form or a later one, it may leave.
 *
 * Places are counted: `pushed` and `left` tell that the queue got one more at its end, or lost its first.
 *
 * Past a bound further claims are left out, because whoever connects as a server can make claims of ever new
 * actors. The receiver hears of what they covered when it is compared with.
 */
export class Claims {
  /** How many places the queue has had, and how many have left. */
  #pushed = 0;
  #left = 0;
  /** The first ones first. */
  #waiting: Waiting[] = [];
  /** By actor, the last that waits. */
  #last = new Map<string, Waiting>();
  /** When so many wait, it is tried to unite them. */
  #thinAt = waitingMax;
  #max: number;

  /** @param max how many may wait */
  constructor(max = defaultLimits.claimsMax) {
    this.#max = max;
  }

  /** Number of claims that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Memory that they take, about. */
  get byteLength(): number {
    return bytesPerClaim * this.#waiting.length;
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
    const last = this.#last.get(claim.uid);
    if (last !== undefined && last.places === this.#pushed && isContinued(last.claim, claim)) {
      last.claim = { ...last.claim, to: Math.max(last.claim.to, claim.to) };
      return;
    }
    if (this.#waiting.length >= this.#thinAt) this.#thin();
    if (this.#waiting.length >= this.#max) return;
    const waiting = { claim, places: this.#pushed };
    this.#waiting.push(waiting);
    this.#last.set(claim.uid, waiting);
  }

  /** Takes the claims out that may leave: with the entries that have left, or later. */
  take(): Claim[] {
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count].places <= this.#left) count++;
    if (count === 0) return [];
    const taken = this.#waiting.splice(0, count);
    for (const waiting of taken) {
      const { uid } = waiting.claim;
      if (this.#last.get(uid) === waiting) this.#last.delete(uid);
    }
    this.#thinNext();
    return unite(taken.map(({ claim }) => claim));
  }

  /**
   * Puts claims back that left with entries which may be lost, and are at the end of the queue again. The
   * claims that wait may cover those entries too, so all of them go behind these.
   */
  putBack(lost: readonly Claim[]): void {
    if (lost.length + this.#waiting.length === 0) return;
    const places = this.#pushed;
    const claims = unite([...lost, ...this.waiting]).slice(0, this.#max);
    this.#setWaiting(claims.map((claim) => ({ claim, places })));
  }

  /** Drops all claims, because what they covered was dropped from the queue, which is empty now. */
  clear(): void {
    this.#setWaiting([]);
    this.#left = this.#pushed;
  }

  /** Each second claim of an actor takes the one before it along, if it goes on from that. */
  #thin(): void {
    const before = new Map<string, Waiting>();
    const taken = new Set<Waiting>();
    const thinned = this.#waiting.map((waiting) => {
      const { uid } = waiting.claim;
      const first = before.get(uid);
      if (first === undefined || !isContinued(first.claim, waiting.claim)) {
        before.set(uid, waiting);
        return waiting;
      }
      before.delete(uid);
      taken.add(first);
      const { from } = first.claim;
      return { ...waiting, claim: { uid, from, to: waiting.claim.to } };
    });
    this.#setWaiting(thinned.filter((waiting) => !taken.has(waiting)));
  }

  #setWaiting(waiting: Waiting[]): void {
    this.#waiting = waiting;
    this.#last = new Map(waiting.map((it) => [it.claim.uid, it]));
    this.#thinNext();
  }

  /** Not soon again, where most are of actors of whom no other one waits. */
  #thinNext(): void {
    const { length } = this.#waiting;
    this.#thinAt = length < waitingMax ? waitingMax : 2 * length;
  }
}

/** Whether a claim goes on where another one ends, or before. */
function isContinued(before: Claim, claim: Claim): boolean {
  return before.from <= claim.from && claim.from <= before.to;
}
