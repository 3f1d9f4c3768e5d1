import type { ActorThread, ExtraFigure } from "../../actor/mod.ts";

/** How long something took, each time since the start. */
export interface Times {
  /** The upper bounds of the classes, in ascending order; one more class has none. */
  readonly boundsMs: readonly number[];
  /** How many times lie in each class. */
  readonly counts: readonly number[];
  /** All of them together. */
  readonly sumMs: number;
}

/** Times of one kind, which the threads of a server count together. */
export class TimeHistogram {
  readonly #name: string;
  readonly #boundsMs: readonly number[];

  /**
   * @param name what they are called among all figures
   * @param boundsMs upper bounds of what is counted together, in ascending order
   */
  constructor(name: string, boundsMs: readonly number[]) {
    this.#name = name;
    this.#boundsMs = boundsMs;
  }

  /** Names of the figures that threads count. */
  get figureNames(): readonly string[] {
    return [...this.#classNames, this.#sumName];
  }

  get #classNames(): readonly string[] {
    return Array.from({ length: this.#boundsMs.length + 1 }, (_, i) => `${this.#name}/${i}`);
  }

  get #sumName(): string {
    return `${this.#name}/sumMs`;
  }

  /** Reads the times. @param extra the sums over all threads, by name */
  read(extra: Readonly<Record<string, number>>): Times {
    return {
      boundsMs: this.#boundsMs,
      counts: this.#classNames.map((name) => extra[name] ?? 0),
      sumMs: extra[this.#sumName] ?? 0,
    };
  }

  /** What counts them on a thread. */
  counterOn(thread: Pick<ActorThread, "extraFigure">): TimeCounter {
    return new TimeCounter(
      this.#boundsMs,
      this.#classNames.map((name) => thread.extraFigure(name)),
      thread.extraFigure(this.#sumName),
    );
  }
}

/** Counts times of one kind on a thread. */
export class TimeCounter {
  #boundsMs: readonly number[];
  #classes: readonly ExtraFigure[];
  #sumMs: ExtraFigure;

  constructor(
    boundsMs: readonly number[],
    classes: readonly ExtraFigure[],
    sumMs: ExtraFigure,
  ) {
    this.#boundsMs = boundsMs;
    this.#classes = classes;
    this.#sumMs = sumMs;
  }

  /** Notes that something took so long, `count` times. */
  note(ms: number, count = 1): void {
    const found = this.#boundsMs.findIndex((boundMs) => ms <= boundMs);
    this.#classes[found < 0 ? this.#boundsMs.length : found].add(count);
    this.#sumMs.add(count * ms);
  }
}
