import { inTime } from "../../support/in_time.ts";
import { sleep } from "../../support/until.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../../support/rpc/wire.ts";

/** What a client has found and measured. */
export interface PoliteReport {
  /** Answers that were wrong, or did not come. */
  readonly faults: readonly string[];
  readonly answers: number;
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
  /** What all of its keys begin with: nobody else's do. */
  readonly prefix: string;
  /** A Put must be found at the other server within this time. */
  readonly lagMsMax: number;
}

const keyCount = 16;
const pauseMs = 10;
const crossPauseMs = 50;

/** No answer takes so long, however busy the machine. */
const patienceMs = 15_000;

type Reply = [type: number, msgid: number, error: [string, string] | null, result: unknown];

/**
 * Asks one server for what it knows itself, and another one for what it put at the first. Each answer is
 * checked: its place among the others, and its value.
 */
export class PoliteClient {
  #options: PoliteOptions;
  #faults: string[] = [];
  #latenciesMs: number[] = [];
  #answers = 0;
  #lagMsMax = 0;
  #round = 0;
  #values = new Map<string, string>();
  /** When each round was answered that was not seen at the other server yet. */
  #answeredMs = new Map<number, number>();
  #seen = 0;
  #isOver = false;
  #done: Promise<unknown>;

  constructor(options: PoliteOptions) {
    this.#options = options;
    this.#done = Promise.all([
      this.#guarded(() => this.#ask()),
      this.#guarded(() => this.#cross()),
    ]);
  }

  /** What was found since the last time. */
  report(): PoliteReport {
    const report = {
      faults: this.#faults,
      answers: this.#answers,
      latenciesMs: this.#latenciesMs,
      lagMsMax: this.#lagMsMax,
    };
    this.#faults = [];
    this.#latenciesMs = [];
    this.#answers = this.#lagMsMax = 0;
    return report;
  }

  /** Resolves when it has put the last time, and that was found at the other server. */
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
    const { queryAddress, prefix } = this.#options;
    using socket = await RawSocket.connect(queryAddress, Infinity);
    while (!this.#isOver) {
      const round = ++this.#round;
      const key = `${prefix}${round % keyCount}`;
      const before = `${prefix}${(round * 7) % keyCount}`;
      const value = `${round}.${"x".repeat(round % 50 === 0 ? 20_000 : round % 60)}`;
      const expectedBefore = this.#values.get(before) ?? null;
      this.#values.set(key, value);
      const isScanned = round % 20 === 0;
      const calls: [method: string, params: unknown[], expected: unknown][] = [
        ["Get", [before], expectedBefore],
        ["Put", [key, value], null],
        ["Get", [key], value],
        ["Put", [`${prefix}round`, `${round}`], null],
        ["Ping", [], "pong"],
        ["Put", [`${prefix}deleted`, `${round}`], null],
        ["Delete", [`${prefix}deleted`], true],
        ["Get", [`${prefix}deleted`], null],
        ["Get", [`${prefix}absent`], null],
      ];
      if (isScanned) {
        const listed = this.#listed(`${prefix}1`);
        calls.push(["List", [`${prefix}1`], listed]);
        calls.push(["Count", [`${prefix}1`], Object.keys(listed).length]);
      }
      const sentMs = performance.now();
      await this.#exchange(socket, calls);
      const answeredMs = performance.now();
      this.#latenciesMs.push(answeredMs - sentMs);
      this.#answeredMs.set(round, answeredMs);
      await sleep(pauseMs);
    }
  }

  #listed(prefix: string): Record<string, string> {
    return Object.fromEntries([...this.#values].filter(([key]) => key.startsWith(prefix)));
  }

  async #exchange(
    socket: RawSocket,
    calls: readonly [method: string, params: unknown[], expected: unknown][],
  ): Promise<void> {
    const base = (this.#round * 16) % 2 ** 32;
    const frames = calls.map(([method, params], i) => requestFrame(base + i, method, params));
    await answered("a request could not be sent", socket.send(concat(...frames)));
    const waits = (method: string) => method === "Put" || method === "Delete";
    // With strict durability an answer to a Put or Delete comes behind those that need not wait for the disk.
    const open = new Map(calls.map((call, i) => [base + i, call]));
    while (open.size > 0) {
      const reply = await answered("an answer did not come", socket.reply()) as Reply;
      const [type, msgid, error, result] = reply;
      const call = open.get(msgid);
      const first = [...open].find(([, [method]]) => !waits(method))?.[0] ?? msgid;
      if (type !== 1 || call === undefined) throw new Error(`nobody asked for ${text(reply)}`);
      if (!waits(call[0]) && msgid !== first) throw new Error(`out of order: ${text(reply)}`);
      open.delete(msgid);
      if (error !== null || !isEqual(result, call[2])) {
        throw new Error(
          `${call[0]} ${text(call[1])} gives ${text([error, result])}, not ${text(call[2])}`,
        );
      }
      this.#answers++;
    }
  }

  /** Looks for the number of the round at the other server, which only ever grows. */
  async #cross(): Promise<void> {
    const { otherAddress, prefix, lagMsMax } = this.#options;
    using socket = await RawSocket.connect(otherAddress, Infinity);
    while (!this.#isOver || this.#seen < this.#round) {
      const asking = socket.ask("Get", `${prefix}round`);
      const found = Number(
        await answered("the other server does not answer", asking) ?? 0,
      );
      if (found < this.#seen) throw new Error(`went back from ${this.#seen} to ${found}`);
      const nowMs = performance.now();
      for (; this.#seen < found; this.#seen++) this.#answeredMs.delete(this.#seen + 1);
      const missingMs = this.#answeredMs.get(this.#seen + 1) ?? nowMs;
      this.#lagMsMax = Math.max(this.#lagMsMax, nowMs - missingMs);
      if (this.#lagMsMax > lagMsMax) {
        throw new Error(
          `Put ${this.#seen + 1} was answered ${lagMsMax} ms ago, the other has ${found}`,
        );
      }
      await sleep(crossPauseMs);
    }
  }
}

/** Fails when an answer does not come in time. */
function answered<T>(otherwise: string, promise: Promise<T>): Promise<T> {
  return inTime(promise, patienceMs, () => {
    throw new Error(`${otherwise} within ${patienceMs} ms`);
  });
}

function isEqual(found: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return found === expected;
  if (typeof found !== "object" || found === null) return false;
  const names = Object.keys(expected);
  return Object.keys(found).length === names.length &&
    names.every((name) =>
      (found as Record<string, unknown>)[name] === (expected as Record<string, unknown>)[name]
    );
}

function text(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200);
}
