import { meet, type VersionLimits, VersionVector } from "./version_vector.ts";

/**
 * Which writes all known members have seen, as far as this server has been told: what was deleted by such
 * a write may be forgotten, because nobody can bring back what it deleted.
 *
 * A member that has told nothing yet has seen nothing. A member that is away holds back what comes after
 * the last that it told, until it is forgotten.
 */
export class StableVector {
  /** What each member has seen, by the member's name. */
  #seen = new Map<string, VersionVector>();
  #stable: VersionVector | undefined;

  /** Adds a member, of which nothing is known to have been seen, unless it is there. */
  know(member: string): void {
    if (this.#seen.has(member)) return;
    this.#seen.set(member, new VersionVector());
    this.#stable = undefined;
  }

  /** Removes a member, because it is forgotten, or another incarnation has taken its place. */
  forget(member: string): void {
    if (this.#seen.delete(member)) this.#stable = undefined;
  }

  /**
   * A member that is known tells what it has seen. What it told before it has seen still.
   *
   * @param limits how much is kept of that; default: all
   */
  told(member: string, vector: VersionVector, limits?: VersionLimits): void {
    if (this.#seen.get(member)?.join(vector)) this.#stable = undefined;
    if (limits !== undefined) this.#seen.get(member)?.limit(limits);
  }

  /** Memory that it takes, about. */
  get byteLength(): number {
    let bytes = this.#stable?.byteLength ?? 0;
    for (const seen of this.#seen.values()) bytes += seen.byteLength;
    return bytes;
  }

  /** What a member has told; `undefined` when it is not known. */
  seenBy(member: string): VersionVector | undefined {
    return this.#seen.get(member);
  }

  /** What all members have seen: nothing while there is none. */
  get vector(): VersionVector {
    return this.#stable ??= this.#seen.size === 0
      ? new VersionVector()
      : meet([...this.#seen.values()]);
  }
}
