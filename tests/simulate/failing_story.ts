import { defaultLimits, type Limits } from "../../limits.ts";
import { isLater } from "../../kvserver/entry/order.ts";
import {
  formatScenario,
  type Scenario,
  ScenarioError,
  ScenarioRecorder,
  ScenarioRun,
  shrinkScenario,
  type Statement,
  type Step,
} from "../../simulate/mod.ts";
import { textOfChars } from "../../simulate/cluster/chars.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import { findFault, type LookedAt } from "../../simulate/scenario/find_fault.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import type { HardCase } from "./hard_cases.ts";
import { type Missing, missingWords } from "./joins.ts";
import { observed, type ScenarioName, scenarios } from "./scenario.ts";
import type { Written } from "./written.ts";

/** What is looked at once the steps of a scenario are over. */
interface Ending {
  /** In this time a cluster that is left alone must have converged. */
  readonly quietMs: number;
  /** Whether servers say that they are ready only with all that they were to take over. */
  readonly looksAtJoins?: boolean;
  /** Whether nothing is sent any more then. */
  readonly isSilent?: boolean;
  /** Whether no comparison has anything to repair. */
  readonly isUnrepaired?: boolean;
  /** Whether no tombstone is left in the end, because all servers are there that ever were. */
  readonly isCollected?: boolean;
  /** Whether all servers know each other. */
  readonly isMet?: boolean;
}

const endings: Readonly<Record<ScenarioName, Ending>> = {
  random: { quietMs: 12_000, looksAtJoins: true, isSilent: true, isCollected: true },
  // A peer that is lost is lost by then.
  crash: { quietMs: 45_000, isSilent: true },
  return: { quietMs: 60_000 },
  partition: { quietMs: defaultLimits.unmetPauseMaxMs + 60_000, isMet: true },
  burst: { quietMs: 12_000, looksAtJoins: true, isSilent: true, isUnrepaired: true },
  hard: { quietMs: 60_000, isSilent: true },
  compared: { quietMs: 60_000 },
  slow: { quietMs: 12_000 },
};

/** In this time one whose links are slow must have converged. */
const slowQuietMs = 90_000;

/** So many seeds are tried for a scenario. */
const seedsTried = 10;

/** For so long a cluster at rest is listened to. */
const silenceMs = 3_000;

/**
 * Tells what goes wrong from a seed as a short scenario, with what is expected and is not so at its end.
 *
 * @returns `undefined` when nothing goes wrong, or only with what no scenario can say.
 */
export function failingStory(
  name: ScenarioName,
  seed: number,
  limits?: Limits,
): Promise<string | undefined> {
  const run = (observer: ClusterObserver) => scenarios[name](seed, limits, observer);
  return storyOf(`Seed ${seed}, ${name}`, seed, endings[name], run);
}

/** The same of a case that somebody wrote. */
export function failingCaseStory(title: string, run: HardCase): Promise<string | undefined> {
  return storyOf(title, 1, endings.hard, (observer) => observed(run, observer));
}

async function storyOf(
  title: string,
  seed: number,
  ending: Ending,
  run: (observer: ClusterObserver) => Promise<string | undefined>,
): Promise<string | undefined> {
  const recorder = new ScenarioRecorder();
  if (await run(recorder) === undefined) return undefined;
  const recorded = await wrongFromSomeSeed(recorder.scenario(title, seed), ending);
  if (recorded === undefined) return undefined;
  const { scenario, symptom } = recorded;
  const goesWrong = async (it: Scenario) => (await wrongIn(it, ending))?.symptom === symptom;
  const short = await shrinkScenario(scenario, goesWrong);
  const { difference, expectation, atMs } = (await wrongIn(short, ending))!;
  const steps = connected(short).steps.filter((step) => step.atMs <= atMs);
  const end: Statement[] = [{ type: "note", text: difference }];
  if (expectation !== undefined) end.push({ ...expected, ...expectation });
  return formatScenario({
    ...short,
    steps: [...steps, ...end.map((statement): Step => ({ atMs, statement }))],
    endMs: atMs,
  });
}

/**
 * Finds a seed from which what was recorded goes wrong too: how long each message took was not recorded, and is
 * drawn anew.
 */
async function wrongFromSomeSeed(
  recorded: Scenario,
  ending: Ending,
): Promise<{ scenario: Scenario; symptom: Symptom } | undefined> {
  for (let i = 0; i < seedsTried; i++) {
    const scenario = { ...recorded, seed: recorded.seed + i };
    const wrong = await wrongIn(scenario, ending);
    if (wrong !== undefined) return { scenario, symptom: wrong.symptom };
  }
}

/** What somebody sees who looks from outside, or what else is wrong. */
type Symptom =
  | "wrong"
  | "ready too early"
  | "loud"
  | "repaired"
  | "kept"
  | "apart"
  | "thrown"
  | "unseen";

/** What is wrong with a scenario. */
interface Wrong {
  readonly symptom: Symptom;
  readonly difference: string;
  /** What comes later does not matter. */
  readonly atMs: number;
  /** What is not so, if that is seen from outside. */
  readonly expectation?: Expectation;
}

type Expect = Extract<Statement, { type: "expect" }>;
type Expectation = Pick<Expect, "condition"> & Partial<Expect>;

/** An expectation, where nothing else is said. */
const expected = { type: "expect", on: [], isOnceReady: false, withinMs: 0 } as const;

async function wrongIn(scenario: Scenario, ending: Ending): Promise<Wrong | undefined> {
  let cluster!: CheckedCluster;
  const run = new ScenarioRun(connected(scenario), {
    newCluster: (seed, latencyMs, limits, observer) =>
      cluster = new CheckedCluster(seed, latencyMs, limits, observer),
  });
  try {
    return await wrongWith(run, () => cluster, scenario, ending);
  } catch (error) {
    if (error instanceof ScenarioError) return undefined;
    return { symptom: "thrown", difference: String(error), atMs: Math.ceil(run.nowMs) };
  } finally {
    await run.close();
  }
}

async function wrongWith(
  run: ScenarioRun,
  clusterOf: () => CheckedCluster,
  { steps, endMs }: Scenario,
  ending: Ending,
): Promise<Wrong | undefined> {
  const isSlow = steps.some(({ statement }) => statement.type === "bandwidth");
  const quietMs = isSlow ? Math.max(slowQuietMs, ending.quietMs) : ending.quietMs;
  const cluster = clusterOf();
  for (let ms = 0; ms <= endMs + quietMs; ms++) {
    await run.advanceTo(ms);
    const missing = ending.looksAtJoins ? cluster.missing() : undefined;
    if (missing !== undefined) return readyTooEarly(missing, cluster.written, ms, quietMs);
  }
  const at = { atMs: Math.ceil(run.nowMs) };
  const difference = cluster.difference();
  if (difference !== undefined) {
    if (cluster.faults.length > 0) return { symptom: "thrown", difference, ...at };
    const expectation = expectationOf(cluster);
    return { symptom: expectation ? "wrong" : "unseen", difference, expectation, ...at };
  }
  if (ending.isUnrepaired) {
    const condition = { type: "unrepaired" } as const;
    const repairs = findFault(condition, lookedAt(cluster));
    if (repairs !== undefined) {
      return { symptom: "repaired", difference: repairs, expectation: { condition }, ...at };
    }
  }
  if (ending.isSilent) {
    const before = cluster.network.bytesSent;
    await run.advanceTo(run.nowMs + silenceMs);
    const bytes = cluster.network.bytesSent - before;
    if (bytes > 0) {
      const condition = { type: "silence", ms: silenceMs } as const;
      const difference = `${bytes} bytes are sent though all are equal`;
      return { symptom: "loud", difference, expectation: { condition }, ...at };
    }
  }
  const apart = ending.isMet ? await cluster.apart() : undefined;
  if (apart !== undefined) return { symptom: "apart", difference: apart, ...at };
  if (!ending.isCollected) return undefined;
  await run.advanceTo(run.nowMs + 2 * defaultLimits.expiredKeptMs);
  const kept = cluster.tombstones();
  if (kept === undefined) return undefined;
  const key = textOfChars(cluster.keptKey!);
  const condition = { type: "tombstone", key, isHeld: false } as const;
  const expectation = { condition };
  return { symptom: "kept", difference: kept, expectation, atMs: Math.ceil(run.nowMs) };
}

/**
 * A server says that it is ready, and lacks something; well, it would say so later. Of a key that it wrote
 * itself later than that, what it wrote is expected.
 */
function readyTooEarly(
  { server, entry }: Missing,
  written: Written,
  atMs: number,
  withinMs: number,
): Wrong {
  const own = written.last(entry.key, server.system.incarnation);
  const { key, value } = own !== undefined && isLater(own, entry) ? own : entry;
  const expectation = {
    condition: { type: "value", key: textOfChars(key), value: textOf(value) },
    on: [{ server: server.name }],
    isOnceReady: true,
    withinMs,
  } as const;
  const difference = missingWords({ server, entry });
  return { symptom: "ready too early", difference, atMs, expectation };
}

function textOf(value: Uint8Array | null): string | null {
  return value && new TextDecoder().decode(value);
}

function lookedAt(cluster: CheckedCluster): LookedAt[] {
  return cluster.servers.flatMap((server) =>
    server.stores.map((store) => ({ name: server.name, server, store }))
  );
}

/** A key that is not shown as it should be; or else, if no key is wrong in itself, that all are equal, or ready. */
function expectationOf(cluster: CheckedCluster): Expectation | undefined {
  const replicas = lookedAt(cluster);
  const { wrongKeys } = cluster;
  for (const key of wrongKeys) {
    const last = cluster.written.last(key);
    if (last === undefined || last.expiresAt !== 0) continue;
    const condition = { type: "value", key: textOfChars(key), value: textOf(last.value) } as const;
    if (findFault(condition, replicas) !== undefined) return { condition };
  }
  if (wrongKeys.size > 0) return undefined;
  for (const condition of [{ type: "equal" }, { type: "ready" }] as const) {
    if (findFault(condition, replicas) !== undefined) return { condition };
  }
}

/** The scenario, with all links whole at its end, and every server known to the first one. */
function connected(scenario: Scenario): Scenario {
  const { steps, endMs } = scenario;
  const cuts = new Set<string>();
  const running = new Set<string>();
  const alone = new Set<string>();
  for (const { statement } of steps) {
    if (statement.type === "cut" || statement.type === "heal") {
      const { from, to, isBothWays } = statement.link;
      for (const way of [`${from} ${to}`, ...(isBothWays ? [`${to} ${from}`] : [])]) {
        if (statement.type === "cut") cuts.add(way);
        else cuts.delete(way);
      }
    } else if (statement.type === "server" || statement.type === "restart") {
      if (running.size > 0 && statement.joins.length === 0) alone.add(statement.name);
      running.add(statement.name);
    } else if (statement.type === "join") alone.delete(statement.name);
    else if (statement.type === "crash" || statement.type === "stop") {
      running.delete(statement.name);
      alone.delete(statement.name);
    }
  }
  const heals = [...cuts].map((way): Statement => {
    const [from, to] = way.split(" ");
    return { type: "heal", link: { from, to, isBothWays: false } };
  });
  const [first] = running;
  const joins = [...alone].filter((name) => name !== first)
    .map((name): Statement => ({ type: "join", name, others: [first] }));
  const added = [...heals, ...joins].map((statement): Step => ({ atMs: endMs, statement }));
  return { ...scenario, steps: [...steps, ...added] };
}

export { parseScenario, runScenario } from "../../simulate/mod.ts";
