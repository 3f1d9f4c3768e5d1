import type { Limits } from "../../limits.ts";
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
import { findFault } from "../../simulate/scenario/find_fault.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { type ScenarioName, scenarios } from "./scenario.ts";

/** In this time a cluster that is left alone must have converged, a peer that is lost being lost by then. */
const quietMs: Partial<Record<ScenarioName, number>> = {
  random: 12_000,
  crash: 45_000,
  return: 60_000,
};

/**
 * Tells what goes wrong from a seed as a short scenario, with what is expected and is not so at its end.
 *
 * @returns `undefined` when nothing goes wrong, or only with what no scenario can say.
 */
export async function failingStory(
  name: ScenarioName,
  seed: number,
  limits?: Limits,
): Promise<string | undefined> {
  const recorder = new ScenarioRecorder();
  if (await scenarios[name](seed, limits, recorder) === undefined) return undefined;
  // These compare in any case, because what returns is found so.
  const recorded = recorder.scenario(`Seed ${seed}, ${name}`, seed, name === "return");
  const waitMs = quietMs[name] ?? 0;
  const wrongAtFirst = await wrongIn(recorded, waitMs);
  if (wrongAtFirst === undefined) return undefined;
  // What is seen from outside is told rather than what only the model of all writes shows.
  const isVisible = wrongAtFirst.expectations.length > 0;
  const goesWrong = async (scenario: Scenario) => {
    const wrong = await wrongIn(scenario, waitMs);
    return wrong?.isThrown === wrongAtFirst.isThrown &&
      (!isVisible || wrong.expectations.length > 0);
  };
  const short = await shrinkScenario(recorded, goesWrong);
  const { steps, endMs } = connected(short);
  const wrong = (await wrongIn(short, waitMs))!;
  const atMs = endMs + waitMs;
  const end = wrong.expectations.map((statement): Step => ({ atMs, statement }));
  const note: Step = { atMs, statement: { type: "note", text: wrong.difference } };
  return formatScenario({ ...short, steps: [...steps, note, ...end], endMs: atMs });
}

/** What is wrong at the end of a scenario. */
interface Wrong {
  /** Whether an assertion has failed, and replicas need not differ. */
  readonly isThrown: boolean;
  readonly difference: string;
  /** What is not so, as far as that is seen from outside. */
  readonly expectations: readonly Statement[];
}

async function wrongIn(scenario: Scenario, waitMs: number): Promise<Wrong | undefined> {
  const whole = connected(scenario);
  let cluster!: CheckedCluster;
  const run = new ScenarioRun(whole, {
    newCluster: (seed, latencyMs, limits, observer) =>
      cluster = new CheckedCluster(seed, latencyMs, limits, observer),
  });
  try {
    await run.finish();
    await run.advanceTo(run.nowMs + waitMs);
    const difference = cluster.difference();
    if (difference === undefined) return undefined;
    return { isThrown: false, difference, expectations: expectationsOf(cluster) };
  } catch (error) {
    if (error instanceof ScenarioError) return undefined;
    return { isThrown: true, difference: String(error), expectations: [] };
  } finally {
    await run.close();
  }
}

/** A key that is not shown as it should be; or else, if no key is wrong in itself, that all are equal, or ready. */
function expectationsOf(cluster: CheckedCluster): Statement[] {
  const replicas = cluster.servers.flatMap((server) =>
    server.stores.map((store) => ({ name: server.name, server, store }))
  );
  const { wrongKeys } = cluster;
  for (const key of wrongKeys) {
    const last = cluster.written.last(key);
    if (last === undefined || last.expiresAt !== 0) continue;
    const value = last.value && new TextDecoder().decode(last.value);
    const condition = { type: "value", key, value } as const;
    if (findFault(condition, replicas) === undefined) continue;
    return [{ type: "expect", condition, on: [], withinMs: 0 }];
  }
  if (wrongKeys.size > 0) return [];
  for (const condition of [{ type: "equal" }, { type: "ready" }] as const) {
    if (findFault(condition, replicas) === undefined) continue;
    return [{ type: "expect", condition, on: [], withinMs: 0 }];
  }
  return [];
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
