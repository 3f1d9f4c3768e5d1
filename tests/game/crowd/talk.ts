import type { CountedBytes } from "./counted_bytes.ts";

/** Somebody who may say something. */
export interface Talker {
  /**
   * Says what the time is; false: it said nothing, because the last thing is not said yet, or it has said as
   * much as anybody may.
   */
  say(): boolean | Promise<boolean>;
}

/** What a process of players tells of a time in which they talked. */
export interface Talked extends CountedBytes {
  readonly said: number;
  /** How long each thing took to be heard by each who measures that. */
  readonly heardMs: readonly number[];
}

/** What is said besides when: as much as people say. */
const words = "I have been mining all day, who helps me with the problem?";

/** When something is said now, and what. */
export function saying(): string {
  return `at ${nowMs().toFixed(1)} ${words}`;
}

/** Milliseconds since the epoch, the same in all processes of a machine. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** How long what is told took to be heard: when a thing was said is the first that is said. */
export function waitsIn(text: string): number[] {
  return [...text.matchAll(/ says: at (\d+\.\d)/g)].map(([, at]) => nowMs() - Number(at));
}

/**
 * Lets them talk as each line of stdin says, `PER_SECOND SECONDS`, and prints what came of it.
 *
 * @param heardMs where those who measure it note how long it took
 */
export async function talkAsTold(
  talkers: readonly Talker[],
  bytes: Readonly<CountedBytes>,
  heardMs: number[],
): Promise<void> {
  console.log("ready");
  const decoder = new TextDecoder();
  const line = new Uint8Array(100);
  for (let read = await Deno.stdin.read(line); read !== null; read = await Deno.stdin.read(line)) {
    const [perSecond, seconds] = decoder.decode(line.subarray(0, read)).split(" ").map(Number);
    heardMs.length = 0;
    const before = { ...bytes };
    const said = await talk(talkers, perSecond, seconds);
    const received = bytes.received - before.received;
    const sent = bytes.sent - before.sent;
    // What was said last is still to be heard, and counts.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const talked: Talked = { said: said(), heardMs: heardMs.map(Math.round), received, sent };
    console.log(JSON.stringify(talked));
  }
}

/** @returns how much they have said, as far as it is known when that is called. */
async function talk(
  talkers: readonly Talker[],
  perSecond: number,
  seconds: number,
): Promise<() => number> {
  let said = 0;
  const endMs = performance.now() + seconds * 1_000;
  await Promise.all(talkers.map(async (talker) => {
    for (;;) {
      // As calls come in: whoever talks does so independently of the others, and of what was said before.
      const waitMs = perSecond > 0 ? -Math.log(1 - Math.random()) / perSecond * 1_000 : Infinity;
      const leftMs = endMs - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(waitMs, leftMs))));
      if (waitMs >= leftMs) return;
      void Promise.resolve(talker.say()).then((hasSaid) => said += hasSaid ? 1 : 0);
    }
  }));
  return () => said;
}
