/** Slowest and fastest of what can be chosen, and what is between: milliseconds of the run in one second. */
export const speeds = [5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

/** At high speeds what has ended is not shown longer than this, so that it does not pile up. */
const fadeMsMax = 200;

/** While nothing is to be seen a second of the run takes no longer than a second. */
const quietSpeedMin = 1_000;

/** Where in a run one looks, and how fast that moves on. */
export class Player {
  /** The moment that is shown. */
  atMs = 0;
  isPlaying = false;
  /** Milliseconds of the run in one second of the person who looks. */
  speed = 50;
  /** Whether time passes more quickly now, because nothing is to be seen. */
  isQuick = false;

  /**
   * Moves on.
   *
   * @param elapsedMs of the person who looks
   * @param untilMs the run has come so far
   * @param quietUntilMs until then nothing is to be seen, as far as is known; absent: there is something now
   */
  tick(elapsedMs: number, untilMs: number, quietUntilMs?: number): void {
    if (!this.isPlaying) return;
    this.isQuick = quietUntilMs !== undefined && this.speed < quietSpeedMin;
    const speed = this.isQuick ? quietSpeedMin : this.speed;
    // After a pause of the page, as in a hidden tab, nothing is skipped.
    const nextMs = this.atMs + Math.min(elapsedMs, 100) * speed / 1_000;
    this.atMs = Math.min(untilMs, quietUntilMs ?? Infinity, nextMs);
  }

  /** The run is wanted so far ahead that the next frames can be shown. */
  get wantedMs(): number {
    if (!this.isPlaying) return this.atMs;
    return Math.ceil(this.atMs + (this.isQuick ? quietSpeedMin : this.speed) / 10);
  }

  /** What has ended is shown so long, in time of the run. */
  get fadeMs(): number {
    return Math.min(fadeMsMax, Math.max(4, 0.45 * this.speed));
  }
}
