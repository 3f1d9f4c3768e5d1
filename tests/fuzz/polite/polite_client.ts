import { inTime } from "../../support/in_time.ts";
import { sleep } from "../../support/until.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import type { PoliteConnection } from "./connection.ts";
import { FramedConnection } from "./framed_connection.ts";
import { type Call, executed, isSame, type KnownValues, listed, shown } from "./known_values.ts";
import { RedisConnection } from "./redis_connection.ts";

/** What a client has found and measured. */
export interface PoliteReport {
  /** Answers that were wrong, or did not come. */
  readonly faults: readonly string[];
  readonly answers: number;
  /** Of these: Puts and Deletes that were refused because the server has too much to do. */
  readonly refusals: number;
  /** Of requests that were sent together: how long until the last of them was answered. */
  readonly latenciesMs: readonly number[];
  /** How long after its answer a Put was not to be found at the other server, at the most. */
  readonly lagMsMax: number;
}

/** What a polite client is told. */
export interface PoliteOptions {
  /** The query port that it asks, and one of the other server. */
  readonly queryAddress: string;
  readonly otherAddress: string;
  /** The other server's system port, by which the first one names it; absent when both ports are of one server. */
  readonly otherMember?: string;
  /** What all of its keys begin with: nobody else's do. */
  readonly prefix: string;
  /** A Put must be found at the other server within this time, unless the servers say that they are behind. */
  readonly lagMsMax: number;
  /** Whether Puts and Deletes may be refused as `overloaded`; default: that is a wrong answer. */
  readonly mayBeRefused?: boolean;
}

const keyCount = 16;
/** The number of the call that puts the round. */
const roundCall = 0;
const pauseMs = 10;
const crossPauseMs = 50;

/** No answer takes so long, however busy the machine. */
const patienceMs = 15_000;

/** How often servers are asked whether they are behind. */
const lagAskedEveryMs = 1_000;

/** A Put must be found at the other server within this time, whatever the servers say. */
const saidLagMsMax = 90_000;

/**
 * Asks one server for what it knows itself, in frames and as a Redis client in turn, and another one for what
 * it put at the first. Each answer is checked: its place among the others, and its value.
 */
export class PoliteClient {
  #options: PoliteOptions;
  #faults: string[] = [];
  #latenciesMs: number[] = [];
  #answers = 0;
  #refusals = 0;
  #lagMsMax = 0;
  /** When the servers were asked whether they are behind, and said so. */
  #lagAskedMs = -Infinity;
  #lagSaidMs = -Infinity;
  #round = 0;
  #values: KnownValues = new Map();
  /** When the number of each round was answered that was not seen at the other server yet. */
  #answeredMs = new Map<number, number>();
  /** The number that was seen there last, and the last that was answered here. */
  #seen = 0;
  #answered = 0;
  #isOver = false;
  /** Whether nothing is asked for a while. */
  isPaused = false;
  #done: Promise<unknown>;

  constructor(options: PoliteOptions) {
    this.#options = options;
    this.#done = Promise.all([
      this.#guarded(() => this.#ask()),
      this.#guarded(() => this.#cross()),
    ]).then(() => this.#guarded(() => this.#expectAll()));
  }

  /** What was found since the last time. */
  report(): PoliteReport {
    const report = {
      faults: this.#faults,
      answers: this.#answers,
      refusals: this.#refusals,
      latenciesMs: this.#latenciesMs,
      lagMsMax: this.#lagMsMax,
    };
    this.#faults = [];
    this.#latenciesMs = [];
    this.#answers = this.#refusals = this.#lagMsMax = 0;
    return report;
  }

  /** Resolves when it has put the last time, and both servers were found to have all that it put. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #guarded(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#faults.push(`${this.#options.prefix}: ${(error as Error).message}`);
      this.#isOver = true;
    }
  }

  async #ask(): Promise<void> {
    const { queryAddress } = this.#options;
    using framed = await FramedConnection.connect(queryAddress);
    using redis = await RedisConnection.connect(queryAddress);
    while (!this.#isOver) {
      await this.#resumed();
      const round = ++this.#round;
      const sentMs = performance.now();
      const connection = round % 2 === 0 ? framed : redis;
      const refused = await this.#exchange(connection, this.#calls(round));
      const answeredMs = performance.now();
      this.#latenciesMs.push(answeredMs - sentMs);
      if (!refused.has(roundCall)) {
        this.#answered = round;
        // The other server may show it already.
        if (round > this.#seen) this.#answeredMs.set(round, answeredMs);
      }
      await sleep(pauseMs);
    }
  }

  async #resumed(): Promise<void> {
    while (this.isPaused && !this.#isOver) await sleep(crossPauseMs);
  }

  #calls(round: number): Call[] {
    const { prefix } = this.#options;
    const key = `${prefix}${round % keyCount}`;
    const value = `${round}.${"x".repeat(round % 25 === 0 ? 20_000 : round % 60)}`;
    const calls: Call[] = [
      { method: "Put", params: [`${prefix}round`, `${round}`] },
      { method: "Get", params: [`${prefix}${(round * 7) % keyCount}`] },
      { method: "Put", params: [key, value] },
      { method: "Get", params: [key] },
      { method: "Ping", params: [] },
      { method: "Put", params: [`${prefix}deleted`, `${round}`] },
      { method: "Delete", params: [`${prefix}deleted`] },
      { method: "Get", params: [`${prefix}deleted`] },
      { method: "Get", params: [`${prefix}absent`] },
    ];
    if (round % 15 === 0) {
      calls.push({ method: "List", params: [`${prefix}1`] });
      calls.push({ method: "Count", params: [`${prefix}1`] });
    }
    return calls;
  }

  /** Sends all calls, and compares each answer. @returns the numbers of those that were refused. */
  async #exchange(
    connection: PoliteConnection,
    calls: readonly Call[],
  ): Promise<ReadonlySet<number>> {
    const before = this.#values;
    const refused = new Set<number>();
    let { results, values } = executed(before, calls, refused);
    await answered("a request could not be sent", connection.send(calls));
    // With strict durability an answer to a Put or Delete may come behind those that need not wait for the disk.
    const waits = (i: number) => calls[i].method === "Put" || calls[i].method === "Delete";
    const open = new Set(calls.keys());
    while (open.size > 0) {
      const answer = await answered("an answer did not come", connection.answer());
      const { call: i, isOverloaded, text } = answer;
      if (!open.has(i)) throw new Error(`nobody asked for ${text}`);
      const first = [...open].find((other) => !waits(other)) ?? i;
      if (!waits(i) && i !== first) throw new Error(`out of order: ${text}`);
      open.delete(i);
      this.#answers++;
      if (this.#options.mayBeRefused && waits(i) && isOverloaded) {
        this.#refusals++;
        refused.add(i);
        ({ results, values } = executed(before, calls, refused));
      } else if (!answer.says(results[i])) {
        const { method, params } = calls[i];
        throw new Error(`${method} ${shown(params)} gives ${text}, not ${shown(results[i])}`);
      }
    }
    this.#values = values;
    return refused;
  }

  /** Looks for the number of the round at the other server, which only ever grows. */
  async #cross(): Promise<void> {
    const { otherAddress, prefix, lagMsMax } = this.#options;
    using socket = await RawSocket.connect(otherAddress, Infinity);
    while (!this.#isOver || this.#seen < this.#answered) {
      await this.#resumed();
      const asking = socket.ask("Get", `${prefix}round`);
      const found = Number(
        await answered("the other server does not answer", asking) ?? 0,
      );
      if (found < this.#seen) throw new Error(`went back from ${this.#seen} to ${found}`);
      const nowMs = performance.now();
      for (; this.#seen < found; this.#seen++) this.#answeredMs.delete(this.#seen + 1);
      const [missingMs = nowMs] = this.#answeredMs.values();
      this.#lagMsMax = Math.max(this.#lagMsMax, nowMs - missingMs);
      const lagMs = nowMs - missingMs;
      // By the time that it is answered, what was late may be there: so it is asked before that counts.
      if (lagMs > lagMsMax / 2 && nowMs > this.#lagAskedMs + lagAskedEveryMs) {
        this.#lagAskedMs = nowMs;
        if (await this.#isLagSaid(lagMs)) this.#lagSaidMs = nowMs;
      }
      const isSaid = nowMs - this.#lagSaidMs < lagMsMax / 2;
      if (lagMs > (isSaid ? saidLagMsMax : lagMsMax)) {
        throw new Error(
          `a Put behind ${found} was answered ${lagMs.toFixed(0)} ms ago, the other has ${found}`,
        );
      }
      await sleep(crossPauseMs);
    }
  }

  /**
   * Whether the servers say that the way of the Put is about so long: what the one has still to pass on to the
   * other, or a query actor of either to merge.
   */
  async #isLagSaid(lagMs: number): Promise<boolean> {
    const { queryAddress, otherAddress, otherMember } = this.#options;
    const said = await Promise.all([queryAddress, otherAddress].map(async (address) => {
      using socket = await RawSocket.connect(address, Infinity);
      const asking = socket.ask("Stats") as Promise<Record<string, number>>;
      const { replicaLagMs } = await answered("Stats are not answered", asking);
      if (address === otherAddress || otherMember === undefined) return replicaLagMs;
      const members = await answered(
        "Members are not answered",
        socket.ask("Members") as Promise<{ address: string; lagMs: number | null }[]>,
      );
      const lags = members.filter(({ address }) => address === otherMember)
        .map(({ lagMs }) => lagMs ?? Infinity);
      return Math.max(replicaLagMs, ...lags);
    }));
    return Math.max(...said) > lagMs / 2;
  }

  /** Both servers come to show what was acknowledged, and nothing else. */
  async #expectAll(): Promise<void> {
    if (this.#faults.length > 0) return;
    const { queryAddress, otherAddress, prefix, lagMsMax } = this.#options;
    const expected = listed(this.#values, prefix);
    const endMs = performance.now() + lagMsMax;
    for (const address of [queryAddress, otherAddress]) {
      using socket = await RawSocket.connect(address, Infinity);
      for (;;) {
        const asking = socket.ask("List", prefix);
        const found = await answered("a server does not answer at the end", asking);
        if (isSame(found, expected)) break;
        if (performance.now() > endMs) {
          throw new Error(`${address} shows ${shown(found)} at the end, not ${shown(expected)}`);
        }
        await sleep(crossPauseMs);
      }
    }
  }
}

/** Fails when an answer does not come in time. */
function answered<T>(otherwise: string, promise: Promise<T>): Promise<T> {
  return inTime(promise, patienceMs, () => {
    throw new Error(`${otherwise} within ${patienceMs} ms`);
  });
}
