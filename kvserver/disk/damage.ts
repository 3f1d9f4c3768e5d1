import { appLimits } from "../../limits.ts";

const { damageShownMax } = appLimits;

/** What is wrong with a data directory: where, and how much cannot be had because of it. */
export class DamageReport {
  /** In words that begin with a file's name, at most `damageShownMax` of each file. */
  readonly lines: string[] = [];
  /** How many faults each file has, by its name. */
  readonly faults = new Map<string, number>();

  /** Adds a fault of a file. @param what where it is, and what is wrong there */
  add(file: string, what: string): void {
    const count = (this.faults.get(file) ?? 0) + 1;
    this.faults.set(file, count);
    if (count <= damageShownMax) this.lines.push(`${file}: ${what}`);
  }

  /** Number of all faults. */
  get count(): number {
    let sum = 0;
    for (const count of this.faults.values()) sum += count;
    return sum;
  }

  /** Whether nothing is wrong. */
  get isSound(): boolean {
    return this.faults.size === 0;
  }

  /** The faults in words, a line each; of files that have many, how many there are. */
  text(): string[] {
    const more = [...this.faults].filter(([, count]) => count > damageShownMax)
      .map(([file, count]) => `${file}: and ${count - damageShownMax} more`);
    return [...this.lines, ...more];
  }
}

/** A key as messages show it: as JSON, and not longer than a line. */
export function shownKey(key: Uint8Array): string {
  const text = JSON.stringify(new TextDecoder().decode(key));
  return text.length <= shownCharsMax ? text : `${text.slice(0, shownCharsMax)}...`;
}

const shownCharsMax = 80;
