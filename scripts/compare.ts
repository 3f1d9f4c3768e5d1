/**
 * Measures this checkout of the program against another one, in turn: what a path is worth, and whether
 * a change has made anything slower.
 *
 *     git worktree add ../before COMMIT
 *     deno task compare ../before              # all parts
 *     deno task compare ../before store sync
 *
 * Each line is the processor time of a step there and here, medians of all rounds, and the ratio of here
 * to there, round by round: its median, and the quartiles. Below 1 this checkout is the faster.
 *
 * Each round is a process for each checkout, because what V8 makes of the same code differs from
 * process to process by as much as what is looked for. Of a process counts the least of many short
 * windows of processor time, because that depends least on what else uses the machine.
 *
 * @module
 */

import process from "node:process";
import { parts, type Task } from "./compare_parts.ts";
import { refuse } from "./refuse.ts";

/** How long a task is repeated before it is measured, and for each of the times it is. */
const warmUpMs = 100;
const windowMs = 6;
const windows = 30;

/** By the name of a task: nanoseconds that a step takes. */
type Figures = Record<string, number>;

/** What the parts of these names take in a checkout. */
async function measure(checkout: URL, names: readonly string[]): Promise<Figures> {
  const figures: Figures = {};
  for (const name of names) {
    for (const task of await parts[name]((path) => import(new URL(path, checkout).href))) {
      stepNs(task, warmUpMs);
      const times = Array.from({ length: windows }, () => stepNs(task, windowMs));
      figures[task.name] = Math.min(...times);
    }
  }
  return figures;
}

function stepNs({ run, steps }: Task, leastMs: number): number {
  const start = process.cpuUsage();
  let times = 0;
  let micros: number;
  do {
    run();
    times++;
    const { user, system } = process.cpuUsage(start);
    micros = user + system;
  } while (micros < leastMs * 1000);
  return micros * 1000 / (times * steps);
}

/** The value below which such a part of the values is. */
function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)];
}

/** The same in a process of its own. */
async function measureApart(checkout: URL, names: readonly string[]): Promise<Figures> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--allow-read",
      import.meta.url,
      "--alone",
      checkout.href,
      ...names,
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure ${checkout}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A line for each task that both checkouts have. */
function table(rounds: readonly { there: Figures; here: Figures }[]): string[] {
  return Object.keys(rounds[0].here).map((name) => {
    const there = rounds.map((round) => round.there[name]);
    const here = rounds.map((round) => round.here[name]);
    const ratios = here.map((ns, round) => ns / there[round]);
    const [low, middle, high] = [1 / 4, 1 / 2, 3 / 4].map((part) => quantile(ratios, part));
    const [before, now] = [there, here].map((ns) => quantile(ns, 1 / 2).toFixed(1).padStart(8));
    return `${name.padEnd(46)}${before} ns ${now} ns   ` +
      `${middle.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  });
}

/** The folder of the checkout at that path. */
function checkoutAt(path: string | undefined): URL {
  if (path === undefined) {
    refuse("Cannot compare: allowed is the path of another checkout: deno task compare ../before");
  }
  try {
    return new URL(`file://${Deno.realPathSync(path)}/`);
  } catch {
    refuse(`Cannot compare with ${path}: there is no such folder`);
  }
}

/** The names of the parts to compare: all if none is given. */
function partsNamed(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown === undefined) return names.length > 0 ? names : Object.keys(parts);
  refuse(`Cannot compare ${unknown}: allowed are ${Object.keys(parts).join(", ")}`);
}

const [first, ...rest] = Deno.args;
if (first === "--alone") {
  console.log(JSON.stringify(await measure(new URL(rest[0]), rest.slice(1))));
} else {
  const checkouts = { there: checkoutAt(first), here: new URL("../", import.meta.url) };
  for (const name of partsNamed(rest)) {
    const rounds: { there: Figures; here: Figures }[] = [];
    for (let round = 0; round < 9; round++) {
      const pair = { there: {}, here: {} };
      const order = round % 2 === 0 ? ["there", "here"] as const : ["here", "there"] as const;
      for (const which of order) pair[which] = await measureApart(checkouts[which], [name]);
      rounds.push(pair);
    }
    for (const line of table(rounds)) console.log(line);
  }
}
