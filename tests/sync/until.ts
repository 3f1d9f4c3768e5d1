/** Resolves after so long: for a load that has a rhythm, never for waiting until something is so. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks until the answer is yes.
 *
 * @param what that is, for the error's text
 * @returns how long that took, in milliseconds
 * @throws when it takes longer than `timeoutMs`.
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { timeoutMs, everyMs = 10 }: { timeoutMs: number; everyMs?: number },
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
  const load = startLoad(everyMs, fn, count);
  await load.done;
}

/** A load that goes on until it is stopped. */
export interface Load {
  /** Ends it; resolves when all its calls have. */
  stop(): Promise<void>;
  done: Promise<void>;
}

/** Calls `fn` every `everyMs`, however long each call takes. */
export function startLoad(
  everyMs: number,
  fn: (i: number) => Promise<unknown>,
  count = Infinity,
): Load {
  let goesOn = true;
  const startMs = performance.now();
  const run = async () => {
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < count && goesOn; i++) {
      const waitMs = startMs + i * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      calls.push(fn(i));
    }
    await Promise.all(calls);
  };
  const done = run();
  return {
    done,
    stop() {
      goesOn = false;
      return done;
    },
  };
}
