import { inTime } from "../support/in_time.ts";
import { sleep } from "../support/until.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { Prng } from "../../simulate/world/prng.ts";
import type { Action, Arena, Attack, Step, Target } from "./arena/action.ts";
import { WrongAnswer } from "./arena/wrong_answer.ts";
import { dataAttacks } from "./attacks/data_attacks.ts";
import { joinAttacks } from "./attacks/join_attacks.ts";
import { floodAttacks } from "./attacks/flood_attacks.ts";
import { lieAttacks } from "./attacks/lie_attacks.ts";
import { queryAttacks } from "./attacks/query_attacks.ts";
import { redisAttacks } from "./attacks/redis_attacks.ts";
import { systemAttacks } from "./attacks/system_attacks.ts";
import { webSocketAttacks } from "./attacks/web_socket_attacks.ts";
import { attempt } from "./arena/attempt.ts";
import { FakePeer } from "./arena/fake_peer.ts";
import { writeSample } from "./arena/data_sample.ts";
import { FuzzedServer } from "./arena/fuzzed_server.ts";
import { Figures } from "./figures.ts";
import { MemoryWatch } from "./arena/memory_watch.ts";
import { type Lane, lanes, type Pick } from "./pick.ts";
import type { PoliteReport } from "./polite/polite_client.ts";
import { PoliteClients } from "./polite/polite_clients.ts";

/** What a run does. */
export interface FuzzOptions {
  readonly seed: number;
  /** For how long actions are begun; with `picks`, it ends when these are done. */
  readonly seconds: number;
  /** The rows from which actions are drawn. */
  readonly lanes: readonly Lane[];
  /** Does these alone, of the actions of the seed. */
  readonly picks?: readonly Pick[];
  /** Whether answers that are late, and memory that grows, are faults. */
  readonly judgesFigures: boolean;
  /** Ends it early, in order. */
  readonly signal?: AbortSignal;
}

/** What was found wrong. */
export interface Fault {
  /** Two faults of one kind count as the same when a list of actions is shrunk. */
  readonly kind: "server" | "answer" | "polite client" | "late" | "memory" | "data";
  readonly text: string;
}

/** What a run has found and measured. */
export interface FuzzResult {
  readonly fault: Fault | undefined;
  /** All steps that were begun. */
  readonly done: readonly Pick[];
  readonly figures: Figures;
  /** By server: the last lines of its stderr. */
  readonly logs: readonly (readonly string[])[];
}

const attacks: Record<Lane, readonly Attack[]> = {
  network: [
    ...queryAttacks,
    ...redisAttacks,
    ...webSocketAttacks,
    ...systemAttacks,
    ...systemAttacks,
  ],
  flood: floodAttacks,
  lie: lieAttacks,
  process: [...dataAttacks, ...dataAttacks, ...joinAttacks],
};

/** No action takes so long, unless the fuzzer is wrong. */
const actionMsMax = 120_000;

/** How many actions of a lane are under way at once, and the pause behind each. */
const pace: Record<Lane, { atOnce: number; pauseMs: number }> = {
  network: { atOnce: 6, pauseMs: 60 },
  flood: { atOnce: 3, pauseMs: 60 },
  lie: { atOnce: 1, pauseMs: 0 },
  process: { atOnce: 1, pauseMs: 100 },
};

/** For so long servers are attacked before memory is to be flat. */
const firstMs = 60_000;

/** For so long nobody attacks: false peers count as lost then, and what waited for them is given up. */
const calmMs = 60_000;

/** Rounds of a polite client in which it has put all of its keys, and some of them twice. */
const warmRounds = 24;

/**
 * A Put is to be found at the other server within this time, 2 s and what a busy machine adds, unless the
 * servers say that they are behind: attackers put more than they can pass on.
 */
const lagMsMax = { judged: 10_000, lenient: 30_000 };

/** The action of a seed with this number. */
export function actionOf(seed: number, lane: Lane, number: number): Action {
  const prng = new Prng((seed * 0x9e3779b1) ^ (number * lanes.length + lanes.indexOf(lane)));
  const list = attacks[lane];
  return list[prng.below(list.length)](prng);
}

/**
 * Attacks two servers that have joined, and spoils files, while polite clients go on asking; one of them
 * asks a third server, which nobody attacks, to tell what the machine has to do with it.
 */
export async function fuzzRun(options: FuzzOptions): Promise<FuzzResult> {
  using directory = new TempDirectory();
  for (const name of ["sample", "a", "b", "c"]) {
    Deno.mkdirSync(`${directory.path}/${name}`, { mode: 0o700 });
  }
  const sample = writeSample(`${directory.path}/sample`);
  const servers: FuzzedServer[] = [];
  try {
    const dataDir = (name: string) => ["--data-dir", `${directory.path}/${name}`];
    const begin = (...args: string[]) => {
      const server = new FuzzedServer(args, { isInspected: options.judgesFigures });
      servers.push(server);
      return server;
    };
    const a = begin("--actors", "1", ...dataDir("a"));
    const c = begin("--actors", "1", ...dataDir("c"), "--durability", "strict");
    const first = (await a.ready)!;
    const b = begin(
      ...["--actors", "2", "--threads", "2", ...dataDir("b"), "--durability", "strict"],
      ...["--join", first.address, "--wait-synced"],
    );
    const second = (await b.ready)!;
    const control = (await c.ready)!;
    const manners = {
      hello: "greets",
      notices: "acknowledges",
      describe: "describes itself",
    } as const;
    await using liar = new FakePeer(manners, new Prng(options.seed));
    const arena = { targets: [first, second], liar, sample };
    return await new FuzzRun(options, [a, b, c], arena, control).run(
      ["a", "b"].map((name) => `${directory.path}/${name}`),
    );
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
  }
}

class FuzzRun {
  #options: FuzzOptions;
  #servers: readonly FuzzedServer[];
  #arena: Arena;
  #polite: PoliteClients;
  #memory: MemoryWatch;
  #fault: Fault | undefined;
  #done: Pick[] = [];
  #figures = new Figures();

  constructor(
    options: FuzzOptions,
    servers: readonly FuzzedServer[],
    arena: Arena,
    control: Target,
  ) {
    this.#options = options;
    this.#servers = servers;
    this.#arena = arena;
    this.#memory = new MemoryWatch(servers.slice(0, 2));
    const all = [...arena.targets, control];
    const ports = all.map(({ queryAddresses }) => queryAddresses[0]);
    this.#polite = new PoliteClients([1, 0, 2].map((other, i) => ({
      queryAddress: ports[i],
      otherAddress: ports[other],
      otherMember: all[other].address,
      prefix: `polite/${i}/`,
      lagMsMax: lagMsMax[options.judgesFigures ? "judged" : "lenient"],
      // While a query actor is more than 5 s behind, because attackers put so much. Nobody attacks the last.
      mayBeRefused: other !== i,
    })));
  }

  async run(dataDirs: readonly string[]): Promise<FuzzResult> {
    using _polite = this.#polite;
    const { seconds, picks, lanes } = this.#options;
    await this.#warmUp(picks === undefined ? Math.min(5_000, seconds * 50) : 0);
    const ending = { isOver: false };
    const watching = this.#watch(ending);
    if (picks !== undefined) {
      await Promise.all(lanes.map((lane) => this.#runLane(lane, pickedNumbers(picks, lane))));
    } else {
      const numbers = lanes.map(() => naturals());
      for (const { attackMs, calmMs } of this.#phases(seconds * 1_000)) {
        const endMs = performance.now() + attackMs;
        await Promise.all(lanes.map((lane, i) => this.#runLane(lane, numbers[i], endMs)));
        if (calmMs > 0) await this.#rest(calmMs);
      }
    }
    ending.isOver = true;
    await watching;
    await this.#expectAgreement();
    await this.#readStats();
    this.#judgeFigures();
    await this.#expectOrderlyEnd(dataDirs);
    const logs = this.#servers.map(({ lines }) => lines.slice(-20));
    return { fault: this.#fault, done: this.#done, figures: this.#figures, logs };
  }

  /** A minute, and the rest; after each, when it is long enough, a pause in which memory is looked at. */
  #phases(ms: number): { attackMs: number; calmMs: number }[] {
    const restMs = ms - firstMs - 2 * calmMs;
    return !this.#options.judgesFigures || restMs < firstMs
      ? [{ attackMs: ms, calmMs: 0 }]
      : [{ attackMs: firstMs, calmMs }, { attackMs: restMs, calmMs }];
  }

  /**
   * Nobody attacks for so long, and in the second half nobody asks anything: most of the memory that there is at
   * the end is in use, or lost.
   */
  async #rest(ms: number): Promise<void> {
    for (const isPaused of [false, true]) {
      this.#polite.pause(isPaused);
      const endMs = performance.now() + ms / 2;
      while (!this.#isOver && performance.now() < endMs) await sleep(500);
    }
    if (!this.#isOver) await this.#memory.lookAtCalm(await this.#countedBytes());
    this.#polite.pause(false);
  }

  /** Lets the polite clients be alone for so long, and until each has put all of its keys. */
  async #warmUp(ms: number): Promise<void> {
    const startMs = performance.now();
    let rounds = 0;
    while (this.#fault === undefined && (rounds < warmRounds || performance.now() < startMs + ms)) {
      await sleep(100);
      const reports = await this.#polite.report();
      this.#figures.takeIdle(reports);
      for (const { faults } of reports) {
        for (const fault of faults) this.#found("polite client", fault);
      }
      rounds += Math.min(...reports.map(({ latenciesMs }) => latenciesMs.length));
    }
  }

  get #isOver(): boolean {
    return this.#fault !== undefined || this.#options.signal?.aborted === true;
  }

  #found(kind: Fault["kind"], text: string): void {
    this.#fault ??= { kind, text };
  }

  /** @param endMs no action is begun later; default: there are no more */
  async #runLane(lane: Lane, numbers: Iterator<number>, endMs = Infinity): Promise<void> {
    const { atOnce, pauseMs } = pace[lane];
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (!this.#isOver && performance.now() < endMs) {
        const { value, done } = numbers.next();
        if (done) return;
        await this.#act(lane, value);
        await sleep(pauseMs);
      }
    }));
  }

  async #act(lane: Lane, number: number): Promise<void> {
    const action = actionOf(this.#options.seed, lane, number);
    const numbers = [...action.steps.keys()].filter((step) =>
      this.#options.picks?.some((pick) =>
        pick.lane === lane && pick.action === number && pick.step === step
      ) ?? true
    );
    this.#done.push(...numbers.map((step) => ({ lane, action: number, step })));
    try {
      const running = action.run(this.#arena, numbers.map((step): Step => action.steps[step]));
      await inTime(running, actionMsMax, () => {
        throw new Error(`${lane}:${number}, ${action.name}, has not ended after ${actionMsMax} ms`);
      });
    } catch (error) {
      if (!(error instanceof WrongAnswer)) throw error;
      this.#found(
        lane === "process" ? "data" : "answer",
        `${lane}:${number}, ${action.name}: ${error.message}`,
      );
    }
  }

  async #watch(ending: { isOver: boolean }): Promise<void> {
    for (let round = 0; !ending.isOver; round++) {
      await sleep(500);
      this.#takeServers();
      this.#take(await this.#polite.report());
      if (round % 4 === 0) await this.#memory.look();
    }
  }

  #takeServers(): void {
    for (const [i, { faults }] of this.#servers.entries()) {
      for (const fault of faults) this.#found("server", `server ${i}: ${fault}`);
    }
  }

  #take(reports: readonly PoliteReport[]): void {
    const [first, second, control] = reports;
    for (const { faults } of reports) {
      for (const fault of faults) this.#found("polite client", fault);
    }
    this.#figures.take([first, second], control);
  }

  /** What was put last at each server comes to the other one. */
  async #expectAgreement(): Promise<void> {
    const ended = await inTime(this.#polite.end(), 60_000, () => undefined);
    if (ended !== undefined) this.#take(ended);
    else this.#found("polite client", "the servers do not agree within a minute");
  }

  /** By server: bytes that it counts. */
  async #countedBytes(): Promise<number[]> {
    const counted: number[] = [];
    for (const { address } of this.#arena.targets) {
      using socket = await RawSocket.connect(address);
      const { memoryBytes } = await socket.ask("Stats") as { memoryBytes: number };
      counted.push(memoryBytes);
    }
    return counted;
  }

  /** What was refused: whoever is not heard at all, or not refused at all, tries nothing. And what is kept. */
  async #readStats(): Promise<void> {
    for (const { address } of this.#arena.targets) {
      await attempt(async () => {
        using socket = await RawSocket.connect(address);
        const stats = await socket.ask("Stats") as Record<
          "refusedMessages" | "memoryBytes",
          number
        >;
        this.#figures.refusedMessages += stats.refusedMessages;
        this.#figures.countedMiB.push(stats.memoryBytes / 2 ** 20);
      });
    }
  }

  #judgeFigures(): void {
    this.#figures.rss = this.#memory.figures;
    this.#figures.logLines = this.#servers.slice(0, 2).map(({ lineCount }) => lineCount);
    if (!this.#options.judgesFigures) return;
    const { lateness } = this.#figures;
    if (lateness !== undefined) this.#found("late", lateness);
    const growth = this.#memory.growth;
    if (growth !== undefined) this.#found("memory", growth);
  }

  /** Both stop in order, and what they leave is sound, and has all that the polite clients put. */
  async #expectOrderlyEnd(dataDirs: readonly string[]): Promise<void> {
    const codes = await Promise.all(this.#servers.map((server) => server.stop()));
    this.#takeServers();
    for (const [i, code] of codes.entries()) {
      if (code !== 0) {
        this.#found("server", `server ${i} stopped with ${code}: ${this.#servers[i].lines.at(-1)}`);
      }
    }
    const exported = await Promise.all(dataDirs.map((path) => runCmud(["data", "export", path])));
    const keysOf = (prefix: string) =>
      exported.map(({ stdout }) =>
        stdout.split("\n").filter((line) => line.startsWith(`{"key":"${prefix}/`))
      );
    const polite = keysOf("polite");
    this.#figures.toldKeys = keysOf("told").flat().length;
    for (const [i, { code, stderr }] of exported.entries()) {
      if (code !== 0) this.#found("data", `the data of server ${i} is refused: ${stderr}`);
    }
    if (polite[0].join() !== polite[1].join() || polite[0].length < 4) {
      this.#found("data", "the servers leave different data of the polite clients");
    }
  }
}

function* naturals(): Generator<number> {
  for (let number = 0;; number++) yield number;
}

function* pickedNumbers(picks: readonly Pick[], lane: Lane): Generator<number> {
  yield* new Set(picks.filter((pick) => pick.lane === lane).map(({ action }) => action));
}
