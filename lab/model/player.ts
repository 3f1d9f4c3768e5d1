/** Slowest and fastest of what can be chosen, and what is between: milliseconds of the run in one second. */
export const speeds = [5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

/** At high speeds what has ended is not shown longer than this, so that it does not pile up. */
const fadeMsMax = 200;

/** Where in a run one looks, and how fast that moves on. */
export class Player {
  /** The moment that is shown. */
  atMs = 0;
  isPlaying = false;
  /** Milliseconds of the run in one second of the person who looks. */
  speed = 50;

  /**
   * Moves on.
   *
   * @param elapsedMs of the person who looks
   * @param untilMs the run has come so far
   */
  tick(elapsedMs: number, untilMs: number): void {
    if (!this.isPlaying) return;
    // After a pause of the page, as in a hidden tab, nothing is skipped.
    const stepMs = Math.min(elapsedMs, 100) * this.speed / 1_000;
    this.atMs = Math.min(untilMs, this.atMs + stepMs);
  }

  /** The run is wanted so far ahead that the next frames can be shown. */
  get wantedMs(): number {
    return this.isPlaying ? Math.ceil(this.atMs + this.speed / 10) : this.atMs;
  }

  /** What has ended is shown so long, in time of the run. */
  get fadeMs(): number {
    return Math.min(fadeMsMax, Math.max(4, 0.45 * this.speed));
  }
}
