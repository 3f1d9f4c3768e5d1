import { defaultLimits, type Limits, withLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { SimulatedCluster, type SimulatedServer } from "../cluster/simulated_cluster.ts";
import type { ClusterObserver } from "../cluster/cluster_observer.ts";
import type { SimulatedNetwork } from "../network/simulated_network.ts";
import type { TraceListener } from "../trace/event.ts";
import { Tracer } from "../trace/tracer.ts";
import type { SimulatedWorld } from "../world/simulated_environment.ts";
import { findFault, type LookedAt, type MomentCondition } from "./find_fault.ts";
import { formatCondition, formatStatement } from "./format_scenario.ts";
import type { Condition, Place, Scenario, Statement } from "./scenario.ts";
import { ScenarioError } from "./scenario_error.ts";

/** Makes the cluster that a scenario runs on. */
export type NewCluster = (
  seed: number,
  latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"],
  limits: Limits,
  observer: ClusterObserver,
) => SimulatedCluster;

/** Options of a `ScenarioRun`. */
export interface ScenarioRunOptions {
  /** Is called with what happens. */
  observe?: TraceListener;
  /** Of all servers. Default: as in truth, but for comparisons, if the scenario is to do without. */
  limits?: Limits;
  /** Default: a cluster that nobody checks. */
  newCluster?: NewCluster;
}

/** What is left of a server that has ended. */
interface Ended {
  readonly port: number;
  readonly replicas: number;
  readonly skewMs: number;
  readonly medium: readonly Uint8Array[] | undefined;
  /** Addresses that its disk remembers. */
  readonly remembered: readonly string[];
}

/** An actor of the cluster of which the backups are. */
const elsewhere = "elsewhere:1/0123456789abcdef/1";

/** How long a server that stops hands over what it has. */
const drainMs = defaultLimits.closeDrainMs;

/**
 * Runs a scenario on a simulated cluster, as far as it is told to. Time goes on by whole milliseconds, whoever
 * asks for how many of them, so a scenario gives the same events every time.
 */
export class ScenarioRun {
  readonly cluster: SimulatedCluster;
  /** What was expected, and was not so. */
  readonly failures: string[] = [];
  #scenario: Scenario;
  #tracer: Tracer;
  /** The number of the next step. */
  #next = 0;
  /** How long messages take, where the scenario says so. */
  #delays = new Map<string, number>();
  #ended = new Map<string, Ended>();
  /** Servers that are to take something over, and have not. */
  #unready = new Set<SimulatedServer>();
  #ports = 0;
  /** Entries that were restored. */
  #restored = 0;

  constructor(
    scenario: Scenario,
    { observe, limits = limitsOf(scenario), newCluster = unchecked }: ScenarioRunOptions = {},
  ) {
    this.#scenario = scenario;
    this.#tracer = new Tracer(observe ?? (() => {}));
    const latencyMs = (world: SimulatedWorld) => this.#latency(world);
    const observer = observe === undefined ? {} : this.#tracer;
    this.cluster = newCluster(scenario.seed, latencyMs, limits, observer);
  }

  /** Virtual milliseconds since the world began. */
  get nowMs(): number {
    return this.cluster.world.nowMs;
  }

  /** Lets time pass up to a moment, and runs the steps that are due by then. @throws {ScenarioError} */
  async advanceTo(ms: number): Promise<void> {
    const { steps } = this.#scenario;
    for (let step = steps[this.#next]; step?.atMs <= ms; step = steps[this.#next]) {
      await this.#passTo(step.atMs);
      this.#next++;
      await this.apply(step.statement, step.line);
    }
    await this.#passTo(ms);
  }

  /** Runs all steps, up to the end of the scenario. @throws {ScenarioError} */
  async finish(): Promise<void> {
    await this.advanceTo(this.#scenario.endMs);
  }

  /** Ends all servers; nothing of that is told. */
  async close(): Promise<void> {
    this.#tracer.end();
    await this.cluster.close();
  }

  /** Does now what a statement says, and all that follows at this moment. @throws {ScenarioError} */
  async apply(statement: Statement, line?: number): Promise<void> {
    await this.#do(statement, line);
    await this.cluster.advance(0);
  }

  async #do(statement: Statement, line: number | undefined): Promise<void> {
    const { cluster } = this;
    const server = (name: string) => this.#running(name, statement, line);
    switch (statement.type) {
      case "server": {
        const { name, replicas, skewMs, hasDisk, joins } = statement;
        if (this.#find(name) !== undefined || this.#ended.has(name)) {
          throw new ScenarioError(`${name} again`, "a new name", `restart ${name}`, line);
        }
        await this.#start(name, joins.map(server), {
          port: ++this.#ports,
          replicas,
          skewMs,
          medium: hasDisk ? [] : undefined,
          remembered: [],
        });
        break;
      }
      case "restart": {
        const { name, isDiskLost, joins } = statement;
        const ended = this.#ended.get(name);
        if (ended === undefined) {
          const found = `${name}, which ${this.#find(name) ? "runs" : "never started"}`;
          throw new ScenarioError(found, "a server that has ended", `crash ${name}`, line);
        }
        this.#ended.delete(name);
        const lost = { medium: ended.medium && [], remembered: [] };
        await this.#start(name, joins.map(server), isDiskLost ? { ...ended, ...lost } : ended);
        break;
      }
      case "crash":
        await this.#end(server(statement.name), (it) => cluster.crash(it));
        break;
      case "stop":
        await this.#end(server(statement.name), (it) => cluster.stop(it, drainMs));
        break;
      case "join": {
        const joining = server(statement.name);
        cluster.join(joining, statement.others.map(server));
        this.#unready.add(joining);
        break;
      }
      case "forget": {
        const { error } = await cluster.forget(
          server(statement.on),
          this.#addressOf(statement.name),
        );
        if (error !== undefined) {
          throw new ScenarioError(error.message, "a server that is down", undefined, line);
        }
        break;
      }
      case "skew":
        cluster.setClock(server(statement.name), statement.skewMs);
        break;
      case "put": {
        const { key, value, ttlMs, on } = statement;
        const options = ttlMs === undefined ? {} : { ttlMs };
        cluster.put(...this.#replicaAt(on, statement, line), key, value, options);
        break;
      }
      case "delete":
        cluster.delete(...this.#replicaAt(statement.on, statement, line), statement.key);
        break;
      case "expire": {
        const { key, ttlMs, on } = statement;
        cluster.expire(...this.#replicaAt(on, statement, line), key, ttlMs);
        break;
      }
      case "restore": {
        const { key, value, agoMs, ttlMs, isNumbered, on } = statement;
        const [restoring, actor] = this.#replicaAt(on, statement, line);
        const counter = ++this.#restored;
        const timestamp = restoring.environment.now() - agoMs;
        cluster.merge(restoring, actor, {
          key,
          value,
          order: [timestamp, 0, elsewhere],
          ...(ttlMs === undefined ? {} : { expiresAt: timestamp + ttlMs }),
          ...(isNumbered ? { counter } : {}),
        });
        break;
      }
      case "cut":
        this.#eachWay(statement.link, (from, to) => cluster.network.cutOneWay(from, to));
        break;
      case "heal":
        this.#eachWay(statement.link, (from, to) => cluster.network.mendOneWay(from, to));
        break;
      case "reconnect": {
        const { link, lateMs } = statement;
        this.#eachWay(link, (from, to) => cluster.network.reconnect(from, to, lateMs));
        break;
      }
      case "link": {
        const { link, ms } = statement;
        const { from, to, isBothWays } = link;
        for (const [a, b] of isBothWays ? [[from, to], [to, from]] : [[from, to]]) {
          this.#tracer.emit({ type: "delayed", from: a, to: b, ms });
        }
        this.#eachWay(link, (a, b) => this.#delays.set(`${a} ${b}`, ms));
        break;
      }
      case "bandwidth":
        cluster.network.bytesPerMs = statement.bytesPerMs;
        this.#tracer.emit(statement);
        break;
      case "expect":
        await this.#expect(statement, line);
        break;
      case "note":
        this.#tracer.emit({ type: "noted", text: statement.text });
        break;
    }
  }

  // ---- time ---------------------------------------------------------------------------------

  async #passTo(ms: number): Promise<void> {
    while (this.nowMs < ms) await this.#pass();
  }

  async #pass(): Promise<void> {
    await this.cluster.advance(1);
    for (const server of this.#unready) {
      if (!server.actors.ready) continue;
      this.#unready.delete(server);
      this.#tracer.emit({ type: "ready", server: server.name });
    }
  }

  #latency(world: SimulatedWorld): SimulatedNetwork["latencyMs"] {
    const random = world.random.fork();
    const { delayMs, jitterMs } = this.#scenario;
    return (from, to) => {
      const ms = this.#delays.get(`${from} ${to}`) ?? delayMs;
      return jitterMs === 0 ? ms : ms + random.below(jitterMs + 1);
    };
  }

  // ---- servers ------------------------------------------------------------------------------

  async #start(name: string, peers: readonly SimulatedServer[], start: Ended): Promise<void> {
    const { port, replicas, skewMs, medium, remembered } = start;
    const server = await this.cluster.start({
      name,
      port,
      queryActorCount: replicas,
      peers,
      clockSkewMs: skewMs,
      medium,
      remembered,
    });
    if (peers.length > 0) this.#unready.add(server);
  }

  async #end(
    server: SimulatedServer,
    end: (server: SimulatedServer) => Promise<unknown>,
  ): Promise<void> {
    await end(server);
    const { name, address, stores, disk, environment } = server;
    this.#unready.delete(server);
    this.#ended.set(name, {
      port: Number(address.split(":")[1]),
      replicas: stores.length,
      skewMs: environment.clockSkewMs,
      medium: disk?.batches,
      remembered: disk?.peers ?? [],
    });
  }

  #find(name: string): SimulatedServer | undefined {
    return this.cluster.servers.find((server) => server.name === name);
  }

  #running(name: string, statement: Statement, line?: number): SimulatedServer {
    const server = this.#find(name);
    if (server !== undefined) return server;
    const found = this.#ended.has(name)
      ? `${name}, which has ended`
      : `${name}, which never started`;
    const names = this.cluster.servers.map(({ name }) => name);
    const allowed = names.length === 0 ? "no server, because none runs" : names.join(", ");
    const hint = this.#ended.has(name) ? `restart ${name}` : `server ${name}`;
    throw new ScenarioError(`${found}, in "${formatStatement(statement)}"`, allowed, hint, line);
  }

  /** The server of a place, and which of its replicas that is. */
  #replicaAt(place: Place, statement: Statement, line?: number): [SimulatedServer, number] {
    const { server: name, replica = 1 } = place;
    const server = this.#running(name, statement, line);
    const count = server.stores.length;
    if (replica <= count) return [server, replica - 1];
    const allowed = count === 1 ? `${name}.1` : `${name}.1 to ${name}.${count}`;
    throw new ScenarioError(
      `${placeName(place)} in "${formatStatement(statement)}"`,
      allowed,
      name,
      line,
    );
  }

  /** The address of a server that runs, or ran. */
  #addressOf(name: string): string {
    return this.#find(name)?.address ?? `${name}:${this.#ended.get(name)?.port ?? 0}`;
  }

  #eachWay(
    { from, to, isBothWays }: { from: string; to: string; isBothWays: boolean },
    act: (from: string, to: string) => void,
  ): void {
    const [a, b] = [this.#addressOf(from), this.#addressOf(to)];
    act(a, b);
    if (isBothWays) act(b, a);
  }

  // ---- what is expected ---------------------------------------------------------------------

  async #expect(
    { condition, on, isOnceReady, withinMs }: Statement & { type: "expect" },
    line?: number,
  ): Promise<void> {
    const places = on.length > 0 ? on : this.cluster.servers.map(({ name }) => ({ server: name }));
    const beganMs = this.nowMs;
    let fault: string | undefined;
    if (isOnceReady) {
      fault = await this.#untilSo({ type: "ready" }, places, withinMs);
      fault ??= await this.#untilSo(condition, places, 0);
    } else fault = await this.#untilSo(condition, places, withinMs);
    const where = on.length === 0 ? "on all" : `on ${on.map(placeName).join(", ")}`;
    const after = this.nowMs === beganMs ? "" : `, after ${this.nowMs - beganMs} ms`;
    const when = isOnceReady ? " once ready" : "";
    const text = `${formatCondition(condition)} ${where}${when}${fault === undefined ? after : ""}`;
    this.#tracer.emit({ type: "expected", text, isMet: fault === undefined, found: fault ?? "" });
    if (fault === undefined) return;
    this.failures.push(`${line === undefined ? "" : `Line ${line}: `}expected ${text}: ${fault}`);
  }

  /** Lets time pass until what is expected is so. @returns what is so when it is not in time. */
  async #untilSo(
    condition: Condition,
    places: readonly Place[],
    withinMs: number,
  ): Promise<string | undefined> {
    const endMs = this.nowMs + withinMs;
    for (;;) {
      const fault = condition.type === "silence"
        ? await this.#soundWithin(condition.ms)
        : this.#fault(condition, places);
      if (fault === undefined || this.nowMs >= endMs) return fault;
      await this.#pass();
    }
  }

  /** What breaks a silence of so long. */
  async #soundWithin(ms: number): Promise<string | undefined> {
    const { network } = this.cluster;
    const before = network.bytesSent;
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      await this.#pass();
      if (network.bytesSent > before) return `${network.bytesSent - before} bytes were sent`;
    }
  }

  #fault(condition: MomentCondition, places: readonly Place[]): string | undefined {
    return findFault(condition, places.flatMap((place) => this.#replicas(place)));
  }

  #replicas({ server: name, replica }: Place): LookedAt[] {
    const server = this.#find(name);
    if (server === undefined) return [{ name, server }];
    return server.stores.map((store, i) => ({ name: `${name}.${i + 1}`, server, store }))
      .filter((_, i) => replica === undefined || i === replica - 1);
  }
}

function limitsOf({ compares }: Scenario): Limits {
  return compares ? defaultLimits : withLimits({ comparisonIntervalMs: 1e12 });
}

const unchecked: NewCluster = (seed, latencyMs, limits, observer) =>
  new SimulatedCluster(seed, latencyMs, limits, observer, silentLogger);

function placeName({ server, replica }: Place): string {
  return replica === undefined ? server : `${server}.${replica}`;
}
