import { p99 } from "../support/p99.ts";
import type { PoliteReport } from "./polite/polite_client.ts";

/** Latencies below this are not told apart: a machine's scheduling is no better. */
const latencyFloorMs = 4;

/** How much longer an answer of an attacked server may take. */
const latencyFactorMax = 5;

/** What a run has measured. */
export class Figures {
  /** Polite requests that were answered, by servers that were attacked. */
  answers = 0;
  /** Of these: Puts and Deletes that were refused because a server had more to do than it can. */
  refusals = 0;
  /** How long a Put was not to be found at the other server, at the most. */
  lagMsMax = 0;
  /** Messages of fake peers that were refused, and keys that fake peers brought in. */
  refusedMessages = 0;
  toldKeys = 0;
  /** By server: MiB at the start, at the most, and when nobody had attacked for a while. */
  rss: readonly string[] = [];
  /** By server: MiB that are counted when the attacks are over. */
  readonly countedMiB: number[] = [];
  /** By server: how many lines it has printed to its log. */
  logLines: readonly number[] = [];
  #idleMs: number[] = [];
  #attackedMs: number[] = [];
  #controlMs: number[] = [];

  /** Takes what was measured before the attacks. */
  takeIdle(reports: readonly PoliteReport[]): void {
    this.#idleMs.push(...reports.flatMap(({ latenciesMs }) => latenciesMs));
  }

  /** Takes what was measured meanwhile. */
  take(attacked: readonly PoliteReport[], control: PoliteReport): void {
    for (const { answers, refusals, latenciesMs, lagMsMax } of attacked) {
      this.answers += answers;
      this.refusals += refusals;
      this.lagMsMax = Math.max(this.lagMsMax, lagMsMax);
      for (const ms of latenciesMs) this.#attackedMs.push(ms);
    }
    for (const ms of control.latenciesMs) this.#controlMs.push(ms);
  }

  /**
   * In which way answers were late; `undefined`: they were not. What counts is how long a server on this
   * machine takes meanwhile that nobody attacks: the attackers and whatever else runs here need the same
   * processors.
   */
  get lateness(): string | undefined {
    const allowedMs = latencyFactorMax * Math.max(latencyFloorMs, p99(this.#controlMs));
    const foundMs = p99(this.#attackedMs);
    if (foundMs <= allowedMs) return undefined;
    return `p99 is ${foundMs.toFixed(1)} ms, allowed are ${allowedMs.toFixed(1)}`;
  }

  /** All of it in one line. */
  get text(): string {
    const [attacked, control, idle] = [this.#attackedMs, this.#controlMs, this.#idleMs].map(p99);
    const [ofControl, ofIdle] = [control, idle].map((ms) =>
      `${ms.toFixed(1)} ms, 1 : ${(attacked / ms).toFixed(1)}`
    );
    return `${this.answers} polite answers, ${this.refusals} of them overloaded, p99 ${
      attacked.toFixed(1)
    } ms ` +
      `(not attacked ${ofControl}; before ${ofIdle}); seen at the other server after ${
        this.lagMsMax.toFixed(0)
      } ms at most; ` +
      `${this.refusedMessages} messages refused, ${this.toldKeys} keys of fake peers kept; ` +
      `MiB ${this.rss.join("; ")}; counted at the end ` +
      `${this.countedMiB.map((mib) => mib.toFixed(0)).join(" and ")}; log lines ${
        this.logLines.join(" and ")
      }`;
  }
}
