/** Resolves after so long: for what has a rhythm or looks again, never in place of waiting for what is to be. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long is waited for what is to be: by far long enough on a machine that has much else to do. */
const patienceMs = 30_000;

/**
 * Asks until the answer is yes.
 *
 * @param what that is, for the error's text
 * @returns how long that took, in milliseconds
 * @throws when it takes longer than `timeoutMs`, which is given where the design promises a time.
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { timeoutMs = patienceMs, everyMs = 10 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const askedMs = performance.now() - startMs;
    if (await isSo()) return performance.now() - startMs;
    if (askedMs > timeoutMs) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await sleep(everyMs);
  }
}

/** Calls `fn` so many times, `everyMs` apart however long each call takes. Resolves with the last. */
export async function atPace(
  count: number,
  everyMs: number,
  fn: (i: number) => Promise<unknown>,
): Promise<void> {
  await new Load(everyMs, fn, count).done;
}

/** Calls a function every so many milliseconds, however long each call takes, until it is stopped. */
export class Load implements AsyncDisposable {
  /** Resolves when all calls have; rejects when one has. */
  readonly done: Promise<void>;
  #goesOn = true;

  constructor(everyMs: number, fn: (i: number) => Promise<unknown>, count = Infinity) {
    this.done = this.#run(everyMs, fn, count);
    // Whoever stops it is told.
    this.done.catch(() => {});
  }

  /** Ends it. @returns `done`. */
  stop(): Promise<void> {
    this.#goesOn = false;
    return this.done;
  }

  /** Ends it when a test fails before it does: its failures are then of no interest. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }

  async #run(everyMs: number, fn: (i: number) => Promise<unknown>, count: number): Promise<void> {
    const startMs = performance.now();
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < count && this.#goesOn; i++) {
      const waitMs = startMs + i * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const call = fn(i);
      call.catch(() => {});
      calls.push(call);
    }
    await Promise.all(calls);
  }
}
