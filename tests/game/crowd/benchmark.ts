/**
 * Measures what players cost a server who are in one place and talk: its processor time and bytes, and how
 * long it takes until each other one has heard what somebody says. Beside another checkout of the program,
 * with the game and the server that it has, round after round in turn.
 *
 *     deno task bench:game --players 100 --against ../before --deaf
 *
 * With `--deaf` the players of the other checkout do not read the lists that they ask for. A game that polls
 * asks for so much that its players have no time to ask as often as they would, on a machine that has to run
 * all of them. With `--together` those of this checkout share a client, as players at the doors of a host do.
 *
 * A machine has no room for a thousand games. With `--lean N` so many of the players only ask and hear what a
 * player does, in a process of their own, and the others measure. With `--places N` the lean ones are spread
 * over so many places, one of which is that of the others.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { countersOf } from "../../../bench/process_counters.ts";
import { spreadOf } from "../../../bench/mod.ts";
import * as world from "../../../app/game/world/world.ts";
import type { Talked } from "./talk.ts";

const { values } = parseArgs({
  options: {
    players: { type: "string", default: "100" },
    /** Of each player, things said a second. */
    says: { type: "string", default: "0.4" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    warmUp: { type: "string", default: "30" },
    /** Processes that the players are spread over. */
    processes: { type: "string", default: "1" },
    against: { type: "string" },
    deaf: { type: "boolean", default: false },
    together: { type: "boolean", default: false },
    /** Of the players, so many are lean. */
    lean: { type: "string", default: "0" },
    places: { type: "string", default: "1" },
  },
});
const players = numberOf("players", 2);
const says = numberOf("says", 0.01);
const seconds = numberOf("seconds", 1);
const rounds = numberOf("rounds", 1);
const processes = numberOf("processes", 1);
/** At the least one plays, and hears. */
const lean = numberOf("lean", 0, players - 1);
const places = numberOf("places", 1, world.places.size);
/** Players who play the game, and measure. */
const playing = players - lean;
/** Players of one place. */
const inPlace = players / places;

/** The number of an option; whatever else it is given ends the benchmark with 64. */
function numberOf(
  name: "players" | "says" | "seconds" | "rounds" | "processes" | "lean" | "places" | "warmUp",
  least: number,
  most = Infinity,
): number {
  const value = Number(values[name]);
  if (value >= least && value <= most) return value;
  const to = most === Infinity ? "on" : `to ${most}`;
  console.error(
    `Cannot use ${values[name]} for --${name}: allowed is a number from ${least} ${to}`,
  );
  Deno.exit(64);
}

/** How many of the lean players are in which place, as `lean_players.ts` takes it. */
function leanCrowds(): string[] {
  const others = [...world.places.keys()].filter((place) => place !== world.firstPlace);
  return [
    `${world.firstPlace}:${inPlace - playing}`,
    ...others.slice(0, places - 1).map((place) => `${place}:${inPlace}`),
  ];
}

/** What a round came to. */
interface Round {
  /** Processor time of the server: 1 is a whole core. */
  readonly cpu: number;
  /** Bytes a second, both ways. */
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all that was said in their place, the share that was heard, each by each other player who measures. */
  readonly heard: number;
  /** Processor time of those who play, and of those who are lean. */
  readonly playingCpu: number;
  readonly leanCpu: number;
}

/** How players are connected, and whether they read what they are told: as `players.ts` takes it. */
type Manner = "hearing" | "deaf" | "together";

/** @param name of the checkout */
function mannerOf(name: string): Manner {
  if (name === "there") return values.deaf ? "deaf" : "hearing";
  return values.together ? "together" : "hearing";
}

/** A child process that tells something line by line. */
class Child {
  readonly process: Deno.ChildProcess;
  #lines: ReadableStreamDefaultReader<string>;
  #rest = "";
  #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(args: readonly string[]) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", "--no-prompt", "-A", ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.process.stdin.getWriter();
  }

  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("A process has ended");
      this.#rest += value;
    }
    const [line] = this.#rest.split("\n", 1);
    this.#rest = this.#rest.slice(line.length + 1);
    return line;
  }

  tell(line: string): Promise<void> {
    return this.#input.write(new TextEncoder().encode(line));
  }

  async end(): Promise<void> {
    await this.#lines.cancel();
    await this.#input.abort().catch(() => {});
    this.process.kill("SIGTERM");
    await this.process.status;
  }
}

/** A server and the players at it. */
class Crowd {
  #server: Child;
  #players: Child[] = [];
  #lean: Child | undefined;

  private constructor(checkout: URL) {
    const main = new URL("main.ts", checkout).href;
    this.#server = new Child([main, "server", "--port", "0", "--actors", "1", "--json"]);
  }

  static async gather(checkout: URL, manner: Manner): Promise<Crowd> {
    const crowd = new Crowd(checkout);
    const { queryAddresses: [address] } = JSON.parse(await crowd.#server.line());
    const each = Math.ceil(playing / processes);
    for (let at = 0; at < playing; at += each) {
      const script = new URL("players.ts", import.meta.url).href;
      const count = Math.min(each, playing - at);
      const child = new Child([script, checkout.href, address, String(at), String(count), manner]);
      crowd.#players.push(child);
      await child.line();
    }
    if (lean > 0) {
      const script = new URL("lean_players.ts", import.meta.url).href;
      const child = crowd.#lean = new Child([script, address, String(playing), ...leanCrowds()]);
      await child.line();
    }
    return crowd;
  }

  async talk(forSeconds: number): Promise<Round> {
    const before = await this.#cpuSeconds();
    const startMs = performance.now();
    const talkers = this.#talkers;
    for (const child of talkers) await child.tell(`${says} ${forSeconds}\n`);
    const told: Talked[] = await Promise.all(
      talkers.map(async (child) => JSON.parse(await child.line())),
    );
    const tookSeconds = (performance.now() - startMs) / 1_000;
    const after = await this.#cpuSeconds();
    const sum = (figure: "said" | "received" | "sent") =>
      told.reduce((sum, each) => sum + each[figure], 0);
    const heardMs = told.flatMap((each) => each.heardMs).sort((a, b) => a - b);
    const percentile = (part: number) => heardMs[Math.ceil(part * heardMs.length) - 1] ?? NaN;
    const heardEach = sum("said") * (inPlace - 1) / players;
    const share = (of: keyof typeof after) => (after[of] - before[of]) / tookSeconds;
    return {
      cpu: share("server"),
      bytes: (sum("received") + sum("sent")) / forSeconds,
      p50Ms: percentile(0.5),
      p99Ms: percentile(0.99),
      heard: heardMs.length / (heardEach * playing),
      playingCpu: share("playing"),
      leanCpu: share("lean"),
    };
  }

  get #talkers(): Child[] {
    return [...this.#players, ...this.#lean === undefined ? [] : [this.#lean]];
  }

  /** Processor time until now, in seconds. */
  async #cpuSeconds(): Promise<Record<"server" | "playing" | "lean", number>> {
    const [server, lean, ...playing] = await Promise.all(
      [this.#server, this.#lean, ...this.#players].map(async (child) =>
        child === undefined ? 0 : (await countersOf(child.process.pid))?.cpuSeconds ?? NaN
      ),
    );
    return { server, lean, playing: playing.reduce((sum, seconds) => sum + seconds, 0) };
  }

  async end(): Promise<void> {
    for (const child of this.#talkers) await child.end();
    await this.#server.end();
  }
}

function report(name: string, results: readonly Round[]): void {
  const median = (figure: (round: Round) => number) => spreadOf(results.map(figure)).median;
  console.log(
    name.padEnd(10) +
      `${(median(({ cpu }) => cpu) * 100).toFixed(1).padStart(8)} % CPU` +
      `${(median(({ bytes }) => bytes) / 1e6).toFixed(2).padStart(9)} MB/s` +
      `   heard: p50 ${median(({ p50Ms }) => p50Ms)} ms, p99 ${median(({ p99Ms }) => p99Ms)} ms` +
      `, ${(median(({ heard }) => heard) * 100).toFixed(1)} %` +
      `   players: ${(median(({ playingCpu }) => playingCpu) * 100).toFixed(0)} % CPU` +
      (lean === 0 ? "" : `, lean ones ${(median(({ leanCpu }) => leanCpu) * 100).toFixed(0)} %`),
  );
}

/** Who comes in asks what was said in the last minute: so it matters how long the others have talked. */
const warmUpSeconds = numberOf("warmUp", 0);

/** One crowd at a time, because players who poll do so without end. @returns the round, behind one to warm up */
async function roundAt(checkout: URL, manner: Manner): Promise<Round> {
  const crowd = await Crowd.gather(checkout, manner);
  try {
    await crowd.talk(warmUpSeconds);
    return await crowd.talk(seconds);
  } finally {
    await crowd.end();
  }
}

const checkouts: [string, URL][] = [["here", new URL("../../../", import.meta.url)]];
if (values.against !== undefined) {
  checkouts.push(["there", new URL(`file://${Deno.realPathSync(values.against)}/`)]);
}
const results = checkouts.map((): Round[] => []);
for (let round = 0; round < rounds; round++) {
  for (const [i, [name, checkout]] of checkouts.entries()) {
    results[i].push(await roundAt(checkout, mannerOf(name)));
  }
}
for (const [i, [name]] of checkouts.entries()) report(name, results[i]);
if (checkouts.length > 1) {
  for (const figure of ["cpu", "bytes"] as const) {
    const ratios = results[0].map((round, i) => round[figure] / results[1][i][figure]);
    const { median, min, max } = spreadOf(ratios);
    console.log(
      `${figure}, here to there: ${median.toFixed(3)} (${min.toFixed(3)} to ${max.toFixed(3)})`,
    );
  }
}
