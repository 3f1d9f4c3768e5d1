import type { ClientRequest, ClusterObserver, ServerStart } from "../cluster/cluster_observer.ts";
import type { Way } from "../network/network_observer.ts";
import type { Link, Scenario, Statement, Step } from "./scenario.ts";

/** What is known of a direction. */
interface Delays {
  leastMs: number;
  mostMs: number;
}

/**
 * Writes down, as a scenario, what is done to a simulated cluster that it observes. How long messages take it
 * sees from messages. What a scenario cannot say is lost: bandwidth, bytes that are no text, disks that come back
 * otherwise than they were left.
 */
export class ScenarioRecorder implements ClusterObserver {
  #steps: Step[] = [];
  #nowMs: () => number = () => 0;
  /** By address. */
  #names = new Map<string, string>();
  #lives = new Set<string>();
  /** By the names of a direction. */
  #delays = new Map<string, Delays>();

  follow(world: { readonly nowMs: number }): void {
    this.#nowMs = () => world.nowMs;
  }

  /** What was done until now. */
  scenario(title: string, seed: number, compares: boolean): Scenario {
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
    return { title, seed, compares, delayMs: 0, jitterMs, steps, endMs: Math.ceil(this.#nowMs()) };
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

  sent(_id: number, { from, to }: Way, _message: unknown, arrivesMs: number): void {
    const way = `${this.#nameAt(from.address)} ${this.#nameAt(to.address)}`;
    const ms = arrivesMs - this.#nowMs();
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
