import { counted, grouped } from "../cli/numbers.ts";
import type { Manifest, Slice } from "./manifest.ts";
import type { Place } from "./place.ts";
import { linesOfSlice, type SliceLine } from "./slices.ts";

/** What of the segments of a place cannot be read, as it is met. */
export class Damage {
  #place: Place;
  #manifests: readonly Manifest[];
  #faults: string[];
  #bySegment = new Map<string, SegmentDamage>();
  /** The fault that tells of entries left out beside others. */
  #outdated: { readonly at: number; count: number } | undefined;

  /**
   * @param manifests all of the place, the oldest first
   * @param faults gets a text of each segment that is damaged, which changes as more of it is met
   */
  constructor(place: Place, manifests: readonly Manifest[], faults: string[]) {
    this.#place = place;
    this.#manifests = manifests;
    this.#faults = faults;
  }

  /** The lines of a slice; `undefined` when it cannot be read, which is noted. */
  async read(slice: Slice): Promise<readonly SliceLine[] | undefined> {
    const known = this.#bySegment.get(slice.segment);
    // To ask for it again would take long where a place tries again by itself.
    if (known?.isUnreadable !== true) {
      try {
        return await linesOfSlice(this.#place, slice);
      } catch {
        // What is wrong with the segment says more.
      }
    }
    const damage = known ?? await this.#inspect(slice.segment);
    damage.slices.set(slice.offset, slice.lines);
    const lines = [...damage.slices.values()].reduce((sum, lines) => sum + lines, 0);
    const what = `Cannot read ${counted(lines, "entry", "entries")} of ${slice.segment}`;
    this.#faults[damage.at] = `${what}: ${damage.reason}`;
    return undefined;
  }

  /** Notes keys that are left out, because what cannot be read may have newer entries of them. */
  leaveOut(keys: ReadonlySet<string>): void {
    this.#outdated ??= { at: this.#faults.push("") - 1, count: 0 };
    this.#outdated.count += keys.size;
    const what = counted(this.#outdated.count, "entry", "entries");
    this.#faults[this.#outdated.at] =
      `Left out ${what} of which the parts that cannot be read may have newer ones`;
  }

  /** Whether something of a segment could not be read. */
  get isMet(): boolean {
    return this.#bySegment.size > 0;
  }

  /** The newest backup that ended before `beforeMs` and is in none of the segments that are damaged. */
  soundBackup(beforeMs: number): Manifest | undefined {
    return this.#manifests.findLast(({ endedMs, chunks }) =>
      endedMs < beforeMs &&
      !chunks.some(({ slices }) => slices.some(({ segment }) => this.#bySegment.has(segment)))
    );
  }

  async #inspect(segment: string): Promise<SegmentDamage> {
    const at = this.#faults.push("") - 1;
    const slices = new Map<number, number>();
    const found = await this.#reasonOf(segment);
    const damage = { at, slices, ...found };
    this.#bySegment.set(segment, damage);
    return damage;
  }

  async #reasonOf(segment: string): Promise<{ reason: string; isUnreadable: boolean }> {
    let bytes;
    try {
      ({ length: bytes } = await this.#place.read(segment));
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      return { reason: isGone ? "it is not there" : (error as Error).message, isUnreadable: true };
    }
    const allBytes = this.#bytesOf(segment);
    if (bytes >= allBytes) return { reason: "they are damaged", isUnreadable: false };
    const reason = `it has ${counted(bytes, "byte")} instead of ${grouped(allBytes)}`;
    return { reason, isUnreadable: false };
  }

  /** How long a segment was, as far as backups name it. */
  #bytesOf(segment: string): number {
    let bytes = 0;
    for (const { chunks } of this.#manifests) {
      for (const { slices } of chunks) {
        for (const slice of slices) {
          if (slice.segment === segment) bytes = Math.max(bytes, slice.offset + slice.length);
        }
      }
    }
    return bytes;
  }
}

/** What of a segment cannot be read. */
interface SegmentDamage {
  /** The place of its fault among the others. */
  readonly at: number;
  readonly reason: string;
  /** Whether nothing of it can be read. */
  readonly isUnreadable: boolean;
  /** The lines of slices that could not be read, by their offsets: two backups may name one. */
  readonly slices: Map<number, number>;
}
