import type { Place, Scenario, Statement, Step } from "./scenario.ts";

/** Says whether a scenario still shows what is looked for; one that cannot be run does not. */
export type StillShows = (scenario: Scenario) => Promise<boolean>;

/** How long is tried on. */
const triesMax = 600;

/** So many seeds are tried for what may go wrong only from some. */
const seedsMax = 4;

/**
 * Makes a scenario short that shows something: without servers, then steps that it does not need (delta
 * debugging: Zeller and Hildebrandt, 2002), and then with values, times and links that are simple.
 *
 * @param triesLeft how many scenarios may be tried
 */
export async function shrinkScenario(
  scenario: Scenario,
  stillShows: StillShows,
  triesLeft = triesMax,
): Promise<Scenario> {
  return await new Shrinking(scenario, stillShows, triesLeft).run();
}

class Shrinking {
  #best: Scenario;
  #stillShows: StillShows;
  #triesLeft: number;

  constructor(scenario: Scenario, stillShows: StillShows, triesLeft: number) {
    this.#best = scenario;
    this.#stillShows = stillShows;
    this.#triesLeft = triesLeft;
  }

  async run(): Promise<Scenario> {
    // First, because whatever else is changed then changes no more what is drawn.
    await this.#try({ ...this.#best, jitterMs: 0 });
    let before: number;
    do {
      before = this.#best.steps.length;
      for (const name of namesOf(this.#best)) await this.#trySteps(without(this.#best.steps, name));
      await this.#dropSteps();
    } while (this.#best.steps.length < before && this.#triesLeft > 0);
    await this.#simplify();
    await this.#dropSteps();
    await this.#tighten();
    return this.#best;
  }

  /** Tries to do without more and more, and smaller and smaller runs of steps. */
  async #dropSteps(): Promise<void> {
    for (let size = this.#best.steps.length >> 1; size >= 1; size >>= 1) {
      for (let end = this.#best.steps.length; end > 0; end -= size) {
        const { steps } = this.#best;
        const start = Math.max(0, end - size);
        const left = steps.filter((step, i) => i < start || i >= end || isNeeded(step));
        if (left.length < steps.length) await this.#trySteps(left);
        end = Math.min(end, this.#best.steps.length);
      }
    }
  }

  /** Tries what is simpler to read, each for itself. */
  async #simplify(): Promise<void> {
    await this.#try({ ...this.#best, jitterMs: 0 });
    const simpler: readonly ((statement: Statement, i: number) => Statement)[] = [
      (it, i) => it.type === "put" ? { ...it, value: `v${i}` } : it,
      (it) => it.type === "link" ? { ...it, ms: 20 } : it,
      (it) => it.type === "reconnect" ? { ...it, lateMs: 0 } : it,
      (it) => it.type === "server" && it.skewMs !== 0 ? { ...it, skewMs: 0 } : it,
      (it) =>
        it.type === "server" && it.joins.length > 1 ? { ...it, joins: it.joins.slice(0, 1) } : it,
    ];
    for (const simplified of simpler) {
      const steps = this.#best.steps.map((step, i) => ({
        ...step,
        statement: simplified(step.statement, i),
      }));
      if (await this.#trySteps(steps)) continue;
      // Not all at once: one by one.
      for (let i = 0; i < steps.length; i++) {
        if (steps[i].statement === this.#best.steps[i].statement) continue;
        await this.#trySteps(this.#best.steps.with(i, steps[i]));
      }
    }
    for (const name of namesOf(this.#best)) {
      const isFew = await this.#trySteps(withReplicas(this.#best.steps, name, 1));
      if (!isFew) await this.#trySteps(withReplicas(this.#best.steps, name, 2));
    }
    await this.#renameKeys();
    await this.#renameServers();
  }

  /** `key17` becomes `k1`. */
  async #renameKeys(): Promise<void> {
    const keys = new Map<string, string>();
    const named = (key: string) => {
      if (!keys.has(key)) keys.set(key, `k${keys.size + 1}`);
      return keys.get(key)!;
    };
    await this.#trySteps(this.#best.steps.map(({ atMs, statement }) => ({
      atMs,
      statement: withKey(statement, named),
    })));
  }

  /** Servers are `a`, `b`, `c`, in the order in which they start. */
  async #renameServers(): Promise<void> {
    const names = namesOf(this.#best);
    const named = (name: string) => String.fromCharCode(97 + names.indexOf(name));
    await this.#trySteps(this.#best.steps.map(({ atMs, statement }) => ({
      atMs,
      statement: renamed(statement, named),
    })));
  }

  /** Tries to have what happens follow each other quickly, at round times. */
  async #tighten(): Promise<void> {
    for (const pauseMs of [1, 10, 100, 1_000]) {
      for (let i = this.#best.steps.length - 1; i >= 0; i--) {
        const { steps } = this.#best;
        const beforeMs = i === 0 ? 0 : steps[i - 1].atMs;
        const gapMs = steps[i].atMs - beforeMs;
        const shorterMs = gapMs > pauseMs ? Math.floor(gapMs / pauseMs / 2) * pauseMs : 0;
        if (gapMs === 0 || gapMs === shorterMs) continue;
        const earlierMs = gapMs - shorterMs;
        await this.#trySteps(
          steps.map((step, j) => j < i ? step : { ...step, atMs: step.atMs - earlierMs }),
        );
      }
    }
  }

  async #trySteps(steps: readonly Step[]): Promise<boolean> {
    const endMs = Math.max(0, ...steps.map(({ atMs }) => atMs));
    return await this.#try({ ...this.#best, steps, endMs });
  }

  /** While something is drawn for each message, other seeds are tried too. */
  async #try(scenario: Scenario): Promise<boolean> {
    for (let i = 0; i < (scenario.jitterMs === 0 ? 1 : seedsMax); i++) {
      const drawn = { ...scenario, seed: scenario.seed + i };
      if (this.#triesLeft-- <= 0) return false;
      if (!await this.#stillShows(drawn)) continue;
      this.#best = drawn;
      return true;
    }
    return false;
  }
}

/** Without it the rest cannot be run: servers go with all that names them. */
function isNeeded({ statement }: Step): boolean {
  return statement.type === "server";
}

/** The servers of a scenario, in the order in which they start. */
function namesOf({ steps }: Scenario): string[] {
  return steps.flatMap(({ statement }) => statement.type === "server" ? [statement.name] : []);
}

/** All steps that are not about a server; those that join it join the one that it joined. */
function without(steps: readonly Step[], name: string): Step[] {
  const [joined] = steps.flatMap(({ statement }) =>
    statement.type === "server" && statement.name === name ? statement.joins : []
  );
  const others = (names: readonly string[], self: string) => [
    ...new Set(
      names.map((it) => it === name ? joined : it).filter((it) => it !== undefined && it !== self),
    ),
  ];
  return steps.flatMap((step): Step[] => {
    const { statement } = step;
    if ("name" in statement && statement.name === name) return [];
    if (statement.type === "server" || statement.type === "restart") {
      return [{
        ...step,
        statement: { ...statement, joins: others(statement.joins, statement.name) },
      }];
    }
    if (statement.type === "join") {
      const left = others(statement.others, statement.name);
      return left.length === 0 ? [] : [{ ...step, statement: { ...statement, others: left } }];
    }
    return isAbout(statement, name) ? [] : [step];
  });
}

/** A server has so many replicas at most; what is asked of others, or expected, is so of the last of them. */
function withReplicas(steps: readonly Step[], name: string, count: number): Step[] {
  const placed = (place: Place): Place => {
    const { server, replica = 1 } = place;
    if (server !== name || replica <= count) return place;
    return count === 1 ? { server } : { server, replica: count };
  };
  return steps.map((step): Step => {
    const { statement } = step;
    if (statement.type === "server" && statement.name === name && statement.replicas > count) {
      return { ...step, statement: { ...statement, replicas: count } };
    }
    if (isRequest(statement)) {
      return { ...step, statement: { ...statement, on: placed(statement.on) } };
    }
    if (statement.type !== "expect") return step;
    return { ...step, statement: { ...statement, on: statement.on.map(placed) } };
  });
}

/** A statement that is about a key, about another one. */
function withKey(statement: Statement, named: (key: string) => string): Statement {
  if ("key" in statement) return { ...statement, key: named(statement.key) };
  if (statement.type !== "expect" || !("key" in statement.condition)) return statement;
  const { condition } = statement;
  return { ...statement, condition: { ...condition, key: named(condition.key) } };
}

/** Whether a client asks a replica for something. */
function isRequest(
  statement: Statement,
): statement is Statement & { type: "put" | "delete" | "expire" | "restore" } {
  return ["put", "delete", "expire", "restore"].includes(statement.type);
}

function isAbout(statement: Statement, name: string): boolean {
  if ("link" in statement) return statement.link.from === name || statement.link.to === name;
  if (statement.type === "forget") return statement.on === name;
  if (statement.type === "expect") return statement.on.some(({ server }) => server === name);
  return "on" in statement && statement.on.server === name;
}

function renamed(statement: Statement, named: (name: string) => string): Statement {
  const place = <T extends { server: string }>(it: T) => ({ ...it, server: named(it.server) });
  switch (statement.type) {
    case "server":
    case "restart":
      return { ...statement, name: named(statement.name), joins: statement.joins.map(named) };
    case "crash":
    case "stop":
    case "skew":
      return { ...statement, name: named(statement.name) };
    case "join":
      return { ...statement, name: named(statement.name), others: statement.others.map(named) };
    case "forget":
      return { ...statement, name: named(statement.name), on: named(statement.on) };
    case "put":
    case "delete":
    case "expire":
    case "restore":
      return { ...statement, on: place(statement.on) };
    case "expect":
      return { ...statement, on: statement.on.map(place) };
    case "cut":
    case "heal":
    case "reconnect":
    case "link": {
      const { from, to, isBothWays } = statement.link;
      return { ...statement, link: { from: named(from), to: named(to), isBothWays } };
    }
    case "bandwidth":
    case "note":
      return statement;
  }
}
