import { p99 } from "../../support/p99.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { sleep, until } from "../../support/until.ts";
import type { Target } from "../arena/action.ts";
import { FuzzedServer } from "../arena/fuzzed_server.ts";
import type { PoliteReport } from "../polite/polite_client.ts";
import { PoliteClients } from "../polite/polite_clients.ts";
import { holdMemory } from "./holders.ts";
import {
  batchRequests,
  clientBytes,
  LoadClient,
  openRequestsMax,
  readEntries,
} from "./load_client.ts";
import { LoadFigures } from "./load_figures.ts";

/** What a run does. */
export interface OverloadOptions {
  /** For how long there is far too much to do. */
  readonly seconds: number;
  /** Whether answers that are late afterwards, and the memory of the process, are faults. */
  readonly judgesFigures: boolean;
}

/** What a run has found and measured. */
export interface OverloadResult {
  readonly faults: readonly string[];
  readonly load: LoadFigures;
  /** All that was measured, in some lines. */
  readonly text: string;
}

const MiB = 1024 * 1024;

/** `--max-memory` of the server. */
const maxMemoryMiB = 128;

/** The process takes up to so much more than is counted: a factor, and the program with two threads. */
const processMax = { factor: 1.6, MiB: 110 };

/** What is counted afterwards may be so much more than before, what was put aside. */
const keptMiB = 4;

/** A value takes up to so many times its bytes, of what is counted, on each of the two replicas. */
const valueFactor = 1.5;

/** How many times the load that the server can do is sent. */
const overloadFactor = 10;

const saturatingClients = 8;

/** Clients that overload: as many as wait for what the server does in a second, when none reads slowly. */
const overloadingClients = { least: 8, most: 100 };

/** When all has to be as before. A busy machine is given more time. */
const normalMsMax = { judged: 2_000, lenient: 15_000 };

/** Latencies afterwards are compared with those before, and those below the floor are not told apart. */
const latencyFactorMax = 5;
const latencyFloorMs = 4;

/** A Put shows at the other query actor within this time, however much there is to do. */
const lagMsMax = 30_000;

/**
 * Finds out how many requests a second a server answers at the most, then sends it ten times as many,
 * beside clients that only hold memory. A polite client looks at each of its answers before, meanwhile
 * and afterwards.
 */
export async function overloadRun(options: OverloadOptions): Promise<OverloadResult> {
  const begin = () =>
    new FuzzedServer(["--actors", "2", "--threads", "2", "--max-memory", `${maxMemoryMiB}MiB`]);
  if (options.judgesFigures) {
    // The first one compiles the program, and keeps the memory that this takes.
    const first = begin();
    await first.ready;
    await first.stop();
  }
  const server = begin();
  try {
    return await new OverloadRun(options, server, (await server.ready)!).run();
  } finally {
    await server.kill();
  }
}

class OverloadRun {
  #options: OverloadOptions;
  #server: FuzzedServer;
  #target: Target;
  #polite: PoliteClients;
  #faults: string[] = [];
  /** The most memory that was counted, and that the process had, in MiB. */
  #countedMiB = 0;
  #processMiB = 0;

  constructor(options: OverloadOptions, server: FuzzedServer, target: Target) {
    this.#options = options;
    this.#server = server;
    this.#target = target;
    const [queryAddress, otherAddress] = target.queryAddresses;
    this.#polite = new PoliteClients([
      { queryAddress, otherAddress, prefix: "polite/", lagMsMax, mayBeRefused: true },
    ]);
  }

  async run(): Promise<OverloadResult> {
    using _polite = this.#polite;
    const { seconds } = this.#options;
    const measuredSeconds = Math.min(5, seconds / 3);
    await this.#putReadEntries();
    const idle = await this.#alone(measuredSeconds);
    const before = await this.#stats();
    const processMiB = await this.#processMiBNow();

    const sustained = this.#load("sustained", measuredSeconds);
    await sustained.answered;
    const perSecond = sustained.figures.answered / measuredSeconds;
    await this.#report();

    const load = this.#load("overload", seconds, overloadFactor * perSecond);
    await load.over;
    const meanwhile = await this.#report();
    const putBytes = (sustained.clients.length + load.clients.length) * clientBytes;
    const normalMs = await this.#expectNormal(
      before.memoryBytes + 2 * valueFactor * putBytes + keptMiB * MiB,
      before.clientConnections,
    );
    await load.answered;
    const after = await this.#alone(measuredSeconds);
    const afterMiB = await this.#processMiBNow();
    this.#judge(idle, after);

    for (const client of [...sustained.clients, ...load.clients]) await client.expectAll();
    this.#take(await this.#polite.end());
    const code = await this.#server.stop();
    if (code !== 0) this.#faults.push(`the server stopped with ${code}`);
    this.#faults.push(
      ...[...sustained.figures.faults, ...load.figures.faults, ...this.#server.faults],
    );
    return {
      faults: this.#faults,
      load: load.figures,
      text: [
        `sustainable: ${perSecond.toFixed(0)} requests a second`,
        `overload, ${seconds} s: ${load.figures.text}`,
        `memory of ${maxMemoryMiB} MiB: ${this.#countedMiB.toFixed(0)} counted, at most; of the ` +
        `process ${
          [processMiB, this.#processMiB, afterMiB].map((mib) => mib.toFixed(0)).join("/")
        } ` +
        `(before, at most, afterwards); as before after ${normalMs.toFixed(0)} ms`,
        `polite client, p99: ${[idle, meanwhile, after].map(politeText).join("; ")} ` +
        `(before; meanwhile; after)`,
      ].join("\n"),
    };
  }

  /** Both query actors show them when this resolves. */
  async #putReadEntries(): Promise<void> {
    const sockets = await Promise.all(
      this.#target.queryAddresses.map((address) => RawSocket.connect(address)),
    );
    const [first, second] = sockets;
    for (const [key, value] of readEntries) await first.ask("Put", key, value);
    await until(
      "both query actors have what is read",
      async () => await second.ask("Count", "read/") === readEntries.size,
      { timeoutMs: lagMsMax },
    );
    for (const socket of sockets) socket[Symbol.dispose]();
  }

  /** What the polite client measures while it is alone. */
  async #alone(seconds: number): Promise<PoliteReport> {
    await this.#report();
    await sleep(seconds * 1_000);
    return await this.#report();
  }

  /**
   * Begins to send requests for so long.
   *
   * @param perSecond requests; none: as many as are answered
   * @returns two promises: that nothing more is sent, and that all which was sent is answered
   */
  #load(name: string, seconds: number, perSecond?: number) {
    const isOverload = perSecond !== undefined;
    const figures = new LoadFigures();
    const addresses = this.#target.queryAddresses;
    const clients = Array.from(
      { length: isOverload ? clientsFor(perSecond / overloadFactor) : saturatingClients },
      (_, i) => new LoadClient(addresses[i % addresses.length], `${name}${i}`, figures),
    );
    const everyMs = isOverload ? clients.length * batchRequests * 1_000 / perSecond : 0;
    const endMs = performance.now() + seconds * 1_000;
    const goesOn = () => performance.now() < endMs;
    const over = sleep(seconds * 1_000);
    const answered = Promise.all([
      this.#watchMemory(goesOn),
      ...clients.map((client) => client.run(everyMs, goesOn)),
      ...(isOverload ? addresses.map((address) => holdMemory(address, endMs)) : []),
    ]);
    return { figures, clients, over, answered };
  }

  async #watchMemory(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const { memoryBytes } = await this.#stats();
      this.#countedMiB = Math.max(this.#countedMiB, memoryBytes / MiB);
      this.#processMiB = Math.max(this.#processMiB, await this.#processMiBNow());
      await sleep(100);
    }
  }

  /** 0 where there is no Linux to ask. */
  async #processMiBNow(): Promise<number> {
    return (await this.#server.rssBytes() ?? 0) / MiB;
  }

  async #stats(): Promise<{ memoryBytes: number; clientConnections: number }> {
    using socket = await RawSocket.connect(this.#target.address);
    return await socket.ask("Stats") as { memoryBytes: number; clientConnections: number };
  }

  /** Waits until no more memory is counted, and there are no more connections, than there should be. */
  async #expectNormal(bytesMax: number, connectionsMax: number): Promise<number> {
    const overMs = performance.now();
    const allowedMs = normalMsMax[this.#options.judgesFigures ? "judged" : "lenient"];
    for (;;) {
      const { memoryBytes, clientConnections } = await this.#stats();
      const normalMs = performance.now() - overMs;
      if (memoryBytes <= bytesMax && clientConnections <= connectionsMax) return normalMs;
      if (normalMs > allowedMs) {
        this.#faults.push(
          `${allowedMs} ms later there are ${clientConnections} connections and ` +
            `${(memoryBytes / MiB).toFixed(0)} MiB, allowed are ${connectionsMax} and ` +
            `${(bytesMax / MiB).toFixed(0)}`,
        );
        return normalMs;
      }
      await sleep(50);
    }
  }

  #judge(idle: PoliteReport, after: PoliteReport): void {
    const { judgesFigures } = this.#options;
    if (after.refusals > 0) this.#faults.push(`${after.refusals} Puts are refused afterwards`);
    const processMiBMax = maxMemoryMiB * processMax.factor + processMax.MiB;
    if (this.#countedMiB > maxMemoryMiB) {
      this.#faults.push(`${this.#countedMiB} MiB were counted, allowed are ${maxMemoryMiB}`);
    }
    if (judgesFigures && this.#processMiB > processMiBMax) {
      this.#faults.push(`the process had ${this.#processMiB} MiB, allowed are ${processMiBMax}`);
    }
    const latencyMsMax = latencyFactorMax * Math.max(latencyFloorMs, p99(idle.latenciesMs));
    if (judgesFigures && p99(after.latenciesMs) > latencyMsMax) {
      this.#faults.push(`afterwards p99 is ${p99(after.latenciesMs)} ms, before ${latencyMsMax}`);
    }
  }

  async #report(): Promise<PoliteReport> {
    return this.#take(await this.#polite.report());
  }

  #take([report]: readonly PoliteReport[]): PoliteReport {
    this.#faults.push(...report.faults);
    return report;
  }
}

function clientsFor(perSecond: number): number {
  const { least, most } = overloadingClients;
  return Math.round(Math.min(most, Math.max(least, perSecond / openRequestsMax)));
}

function politeText({ latenciesMs, answers, refusals }: PoliteReport): string {
  return `${p99(latenciesMs).toFixed(1)} ms, ${answers} answers, ${refusals} refused`;
}
