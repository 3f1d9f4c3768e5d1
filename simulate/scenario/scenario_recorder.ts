import type { Limits } from "../../limits.ts";
import type { ClientRequest, ClusterObserver, ServerStart } from "../cluster/cluster_observer.ts";
import { scenarioMsMax } from "./parse_scenario.ts";
import type { Link, Scenario, Statement, Step } from "./scenario.ts";

/** What is known of a direction. */
interface Delays {
  leastMs: number;
  mostMs: number;
}

/** Servers that compare less often do not compare: no scenario goes on for so long. */
const comparedWithinMs = scenarioMsMax;

/**
 * Writes down, as a scenario, what is done to a simulated cluster that it observes: the last one, if it observes
 * several after each other. What a scenario cannot say is lost: bytes that are no text, disks that come back
 * otherwise than they were left, other limits.
 */
export class ScenarioRecorder implements ClusterObserver {
  #steps: Step[] = [];
  #nowMs: () => number = () => 0;
  #compares = true;
  /** By address. */
  #names = new Map<string, string>();
  #lives = new Set<string>();
  /** By the names of a direction. */
  #delays = new Map<string, Delays>();

  follow(world: { readonly nowMs: number }, limits: Limits): void {
    this.#nowMs = () => world.nowMs;
    this.#compares = limits.comparisonIntervalMs < comparedWithinMs;
    this.#steps = [];
    for (const map of [this.#names, this.#lives, this.#delays]) map.clear();
  }

  /** What was done until now. */
  scenario(title: string, seed: number): Scenario {
    let jitterMs = 0;
    for (const { leastMs, mostMs } of this.#delays.values()) {
      jitterMs = Math.max(jitterMs, Math.round(mostMs - leastMs));
    }
    const links = [...this.#delays].map(([way, { leastMs }]): Step & { names: string[] } => {
      const names = way.split(" ");
      const link: Link = { from: names[0], to: names[1], isBothWays: false };
      return { atMs: 0, statement: { type: "link", link, ms: Math.round(leastMs) }, names };
    });
    const steps: Step[] = [];
    const started = new Set<string>();
    for (const step of this.#steps) {
      steps.push(step);
      const { statement } = step;
      if (statement.type !== "server") continue;
      started.add(statement.name);
      // Its links are what they are from the beginning.
      for (const { names, statement: link } of links) {
        if (names.includes(statement.name) && names.every((name) => started.has(name))) {
          steps.push({ atMs: step.atMs, statement: link });
        }
      }
    }
    const endMs = Math.ceil(this.#nowMs());
    return { title, seed, compares: this.#compares, delayMs: 0, jitterMs, steps, endMs };
  }

  starting({ name, address, replicaCount, skewMs, hasDisk, joins }: ServerStart): void {
    this.#names.set(address, name);
    if (this.#lives.has(name)) {
      return this.#add({ type: "restart", name, isDiskLost: false, joins });
    }
    this.#lives.add(name);
    this.#add({ type: "server", name, replicas: replicaCount, skewMs, hasDisk, joins });
  }

  joins(name: string, others: readonly string[]): void {
    this.#add({ type: "join", name, others });
  }

  ended(name: string, how: "crashed" | "stopped"): void {
    this.#add({ type: how === "crashed" ? "crash" : "stop", name });
  }

  forgets(on: string, address: string): void {
    this.#add({ type: "forget", name: this.#nameAt(address), on });
  }

  clockSet(name: string, skewMs: number): void {
    this.#add({ type: "skew", name, skewMs });
  }

  asked(replica: string, request: ClientRequest): void {
    const [server, number] = replica.split(".");
    const on = { server, ...(number === "1" ? {} : { replica: Number(number) }) };
    this.#add({ ...request, on });
  }

  cut(from: string, to: string, isCut: boolean): void {
    const link = { from: this.#nameAt(from), to: this.#nameAt(to), isBothWays: false };
    this.#add({ type: isCut ? "cut" : "heal", link });
  }

  reconnects(from: string, to: string, lateMs: number): void {
    const link = { from: this.#nameAt(from), to: this.#nameAt(to), isBothWays: false };
    this.#add({ type: "reconnect", link, lateMs });
  }

  bandwidth(bytesPerMs: number): void {
    this.#add({ type: "bandwidth", bytesPerMs });
  }

  takes(from: string, to: string, ms: number): void {
    const way = `${this.#nameAt(from)} ${this.#nameAt(to)}`;
    const { leastMs, mostMs } = this.#delays.get(way) ?? { leastMs: ms, mostMs: ms };
    this.#delays.set(way, { leastMs: Math.min(leastMs, ms), mostMs: Math.max(mostMs, ms) });
  }

  #add(statement: Statement): void {
    this.#steps.push({ atMs: Math.floor(this.#nowMs()), statement });
  }

  #nameAt(address: string): string {
    return this.#names.get(address) ?? address;
  }
}
