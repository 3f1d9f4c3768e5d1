/**
 * What `cmud bench` does: measures one thing after the other, and prints each result as it comes.
 *
 * @module
 */

import { startTellReceiver } from "../../bench/mod.ts";
import { durabilitySection } from "../bench/durability.ts";
import { listSection } from "../bench/list.ts";
import { memorySection } from "../bench/memory.ts";
import { type Plan, planFrom } from "../bench/plan.ts";
import { querySection } from "../bench/queries.ts";
import { restartSection } from "../bench/restart.ts";
import { removalSection } from "../bench/removal.ts";
import { headerLine, rowLine, type Section } from "../bench/section.ts";
import { startSection } from "../bench/start.ts";
import { syncSection } from "../bench/sync.ts";
import { tellSection } from "../bench/tells.ts";
import { visibilitySection } from "../bench/visibility.ts";
import { watchSection } from "../bench/watch.ts";
import { writingSection } from "../bench/writing.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { exitCodeOfSignal } from "../cli/stop_signals.ts";
import { styleFor } from "../cli/style.ts";

/** By the words with which they are asked for. */
const runs = {
  get: runOf(querySection("get", "Get")),
  put: runOf(querySection("put", "Put")),
  list: runOf(listSection),
  watch: runOf(watchSection),
  memory: runOf(memorySection),
  removal: runOf(removalSection),
  tells: runOf(tellSection),
  visibility: runOf(visibilitySection),
  sync: runOf(syncSection),
  durability: runOf(durabilitySection),
  writing: runOf(writingSection),
  restart: runOf(restartSection),
  start: runOf(startSection),
};

/** Measures what is asked for, or all. A signal ends what was started, and then the command. */
export async function runBench(
  invocation: Invocation,
  measures: readonly (keyof typeof runs)[],
): Promise<number> {
  const { arguments: asked, options, console } = invocation;
  const stopping = new AbortController();
  const release = console.onStopSignal((signal) => {
    if (stopping.signal.aborted) console.exit(exitCodeOfSignal(signal));
    stopping.abort(signal);
  });
  try {
    const plan = await planFrom(options, stopping.signal);
    try {
      const chosen = measures.filter((measure) =>
        asked[0] === undefined || asked.includes(measure)
      );
      for (const [i, measure] of chosen.entries()) {
        if (i > 0 && !options.json) console.out("\n");
        await runs[measure](plan, invocation);
        stopping.signal.throwIfAborted();
      }
    } finally {
      plan.redis?.close();
    }
    return exitCodes.ok;
  } catch (error) {
    // Whatever else broke then, broke because it was stopped.
    if (stopping.signal.aborted) return exitCodeOfSignal(stopping.signal.reason);
    throw error;
  } finally {
    release();
  }
}

/** Shows a section's results, as objects or as a table. */
function runOf<Row>(section: Section<Row>) {
  return async (plan: Plan, { options, console }: Invocation): Promise<void> => {
    const { bold, dim } = styleFor(console, "stdout", options);
    const columns = section.columns(plan);
    if (!options.json) console.out(`${bold(section.title(plan))}\n${dim(headerLine(columns))}\n`);
    for await (const row of section.measure(plan)) {
      console.out(`${options.json ? JSON.stringify(row) : rowLine(columns, row)}\n`);
    }
  };
}

/** Counts tells until it is stopped. */
export async function receiveTells(console: Console): Promise<number> {
  const stopped = new Promise<void>((resolve) => console.onStopSignal(() => resolve()));
  const receiver = await startTellReceiver();
  console.out(receiver.ref + "\n");
  await stopped;
  await receiver.close();
  return exitCodes.ok;
}
