/**
 * Attacks both ports of two servers and the files of a data directory, and looks whether they stand it.
 *
 *     deno task fuzz --seconds 600 --seed 7
 *     deno task fuzz --seed 7 --actions network:12.0.3    # some of the steps of that seed, again
 *     deno task fuzz --lanes flood,lie                    # two rows of actions, and not the others
 *
 * @module
 */

import { parseArgs } from "node:util";
import { actionOf, type FuzzOptions, fuzzRun } from "./fuzz_run.ts";
import { formatPicks, isLane, lanes, parsePicks, type Pick } from "./pick.ts";
import { shrink } from "./shrink.ts";

/** How often a list of actions is run again to make it shorter, and when it is begun at the latest. */
const shrinkTriesMax = 24;
const shrinkMs = 90_000;

/** Actions of a run before the one that failed that may have to do with it. */
const recentPicks = 256;

const options = readOptions();
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => interrupt.abort());
}

const { fault, done, figures, logs } = await fuzzRun({ ...options, signal: interrupt.signal });
console.log(`Seed ${options.seed}: ${done.length} steps, ${figures.text}`);
if (fault === undefined) Deno.exit(interrupt.signal.aborted ? 130 : 0);

console.log(`Found, ${fault.kind}: ${fault.text}`);
for (const [i, lines] of logs.entries()) {
  for (const line of lines) console.log(`  server ${i}: ${JSON.stringify(line.slice(0, 500))}`);
}
const isFigure = fault.kind === "late" || fault.kind === "memory";
let isFoundAgain = options.picks !== undefined;
const shrinkEndMs = performance.now() + shrinkMs;
const shortest = options.picks !== undefined || isFigure ? done : await shrink(
  done.slice(-recentPicks),
  async (picks) => {
    if (interrupt.signal.aborted || performance.now() > shrinkEndMs) return false;
    const again = await fuzzRun({
      ...options,
      picks,
      judgesFigures: false,
      signal: interrupt.signal,
    });
    isFoundAgain ||= again.fault?.kind === fault.kind;
    console.log(`  ${picks.length} steps: ${again.fault?.text ?? "nothing found"}`);
    return again.fault?.kind === fault.kind;
  },
  shrinkTriesMax,
);
// What shows at certain moments only is to be looked for with all that was done.
if (isFoundAgain) { for (const pick of shortest) console.log(`  ${stepText(options.seed, pick)}`); }
console.log(
  !isFoundAgain
    ? `Again: deno task fuzz --seed ${options.seed} --seconds ${options.seconds} ` +
      `--lanes ${options.lanes.join()}`
    : `Again: deno task fuzz --seed ${options.seed} --actions ${formatPicks(shortest)}`,
);
Deno.exit(1);

function readOptions(): FuzzOptions {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        seconds: { type: "string", default: "60" },
        seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
        lanes: { type: "string", default: lanes.join() },
        actions: { type: "string" },
      },
    });
    const [seconds, seed] = [values.seconds, values.seed].map(Number);
    if (!(seconds > 0)) throw new TypeError("Cannot use --seconds: allowed is a number above 0");
    if (!Number.isSafeInteger(seed)) {
      throw new TypeError("Cannot use --seed: allowed is an integer");
    }
    const picks = values.actions === undefined ? undefined : parsePicks(values.actions);
    const chosen = values.lanes.split(",");
    if (!chosen.every(isLane)) {
      throw new TypeError(`Cannot use --lanes: allowed are ${lanes.join(", ")}`);
    }
    return { seconds, seed, lanes: chosen, picks, judgesFigures: picks === undefined };
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(64);
  }
}

function stepText(seed: number, { lane, action, step }: Pick): string {
  const { name, steps } = actionOf(seed, lane, action);
  return `${lane}:${action}.${step}  ${name}: ${steps[step].what}`;
}
