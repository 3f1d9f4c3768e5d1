import { wireLimits } from "../../limits.ts";
import type { Condition, Link, Place, Scenario, Statement, Step } from "./scenario.ts";
import { ScenarioError } from "./scenario_error.ts";
import { nearest } from "./nearest.ts";
import { Tokens } from "./tokens.ts";

/** How each statement is written. */
export const usages = {
  title: "title TEXT",
  seed: "seed NUMBER",
  delay: "delay TIME",
  jitter: "jitter TIME",
  comparisons: "comparisons on | off",
  at: "at TIME [STATEMENT]",
  wait: "wait TIME",
  server: "server NAME [replicas NUMBER] [skew TIME] [disk] [joins NAME, ...]",
  restart: "restart NAME [without disk] [joins NAME, ...]",
  crash: "crash NAME",
  stop: "stop NAME",
  join: "join NAME to NAME, ...",
  forget: "forget NAME on NAME",
  skew: "skew NAME TIME",
  put: "put KEY = VALUE [padded to NUMBER] on NAME [for TIME]",
  delete: "delete KEY on NAME",
  expire: "expire KEY in TIME on NAME",
  persist: "persist KEY on NAME",
  restore:
    "restore KEY = VALUE [padded to NUMBER] from TIME ago on NAME [for TIME] [without number]",
  cut: "cut NAME [->] NAME",
  heal: "heal NAME [->] NAME",
  reconnect: "reconnect NAME [->] NAME [late TIME]",
  link: "link NAME [->] NAME TIME",
  bandwidth: "bandwidth NUMBER kbit/s | unlimited",
  expect:
    "expect KEY = VALUE [padded to NUMBER] | KEY missing | [no] tombstone KEY | equal | ready | no repairs | silence for TIME [on NAME, ...] [once ready] [within TIME]",
  note: "note TEXT",
} as const;

type Keyword = keyof typeof usages;

const keywords = Object.keys(usages) as Keyword[];

/** What stands at the head of a scenario, before anything happens. */
const headKeywords: readonly Keyword[] = ["title", "seed", "delay", "jitter", "comparisons"];

/** A line that ends a scenario: its story may stand below. */
export const storyMark = "----";

/** How long a message takes where nothing else is said. */
const delayMsDefault = 20;

const replicasMax = 8;

/** A byte a millisecond is eight kilobit a second. */
const kbitsPerByte = 8;

/** How long a scenario goes on at most: two servers take a minute for that. */
export const scenarioMsMax = 24 * 3_600_000;

/**
 * Reads a scenario: one statement a line; `#` begins a comment, and a line `----` ends it. Statements happen at the time that `at` and
 * `wait` have come to, in virtual time.
 *
 * ```text
 * title  A lone Put
 * delay  20 ms
 * server a
 * server b joins a
 * wait   1 s
 * put    city = Paris on a
 * expect city = Paris on all within 1 s
 * ```
 *
 * @throws {ScenarioError} with the line, what was found there, what is allowed and what to try.
 */
export function parseScenario(text: string): Scenario {
  const parser = new ScenarioParser();
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf(storyMark);
  lines.slice(0, end < 0 ? undefined : end).forEach((line, i) => parser.read(line, i + 1));
  return parser.scenario;
}

class ScenarioParser {
  #title = "";
  #seed = 1;
  #delayMs = delayMsDefault;
  #jitterMs = 0;
  #compares = true;
  #steps: Step[] = [];
  #nowMs = 0;
  /** The servers that were started, by how many replicas they have. */
  #servers = new Map<string, number>();

  get scenario(): Scenario {
    return {
      title: this.#title,
      seed: this.#seed,
      delayMs: this.#delayMs,
      jitterMs: this.#jitterMs,
      compares: this.#compares,
      steps: this.#steps,
      endMs: this.#nowMs,
    };
  }

  read(text: string, line: number): void {
    const tokens = new Tokens(text, line);
    if (tokens.isAtEnd) return;
    this.#statement(tokens, text);
    tokens.end();
  }

  #statement(tokens: Tokens, text: string): void {
    const keyword = this.#keyword(tokens);
    tokens.usage = usages[keyword];
    if (headKeywords.includes(keyword)) return this.#head(keyword, tokens, text);
    if (keyword === "at") {
      const atMs = tokens.ms();
      if (atMs < this.#nowMs) {
        throw new ScenarioError(
          `${atMs} ms`,
          `a time that is not before that of the line above, ${this.#nowMs} ms`,
          "wait TIME, for a time from there on",
          tokens.line,
        );
      }
      this.#nowMs = this.#inTime(atMs, tokens);
      if (!tokens.isAtEnd) this.#statement(tokens, text);
    } else if (keyword === "wait") {
      this.#nowMs = this.#inTime(this.#nowMs + this.#notNegative(tokens.ms(), tokens), tokens);
    } else {
      const statement = this.#read(keyword, tokens, text);
      this.#steps.push({ atMs: this.#nowMs, statement, line: tokens.line });
    }
  }

  #keyword(tokens: Tokens): Keyword {
    for (const keyword of keywords) if (tokens.take(keyword)) return keyword;
    const word = tokens.text("a statement");
    const near = nearest(word, keywords) as Keyword | undefined;
    throw new ScenarioError(
      JSON.stringify(word),
      `a statement: ${keywords.join(", ")}`,
      near && usages[near],
      tokens.line,
    );
  }

  #head(keyword: Keyword, tokens: Tokens, text: string): void {
    if (this.#steps.length > 0) {
      throw new ScenarioError(
        JSON.stringify(keyword),
        "only at the head, before the first server starts",
        "move the line up",
        tokens.line,
      );
    }
    if (keyword === "title") this.#title = restOf(text, "title", tokens);
    else if (keyword === "seed") this.#seed = tokens.count("a whole number");
    else if (keyword === "delay") this.#delayMs = this.#notNegative(tokens.ms(), tokens);
    else if (keyword === "jitter") this.#jitterMs = this.#notNegative(tokens.ms(), tokens);
    else if (!(this.#compares = tokens.take("on"))) tokens.expect("off");
  }

  #read(keyword: Keyword, tokens: Tokens, text: string): Statement {
    switch (keyword) {
      case "server":
        return this.#server(tokens);
      case "restart":
        return {
          type: "restart",
          name: this.#known(tokens),
          isDiskLost: tokens.take("without") && (tokens.expect("disk"), true),
          joins: tokens.take("joins") ? this.#knownList(tokens) : [],
        };
      case "crash":
      case "stop":
        return { type: keyword, name: this.#known(tokens) };
      case "join": {
        const name = this.#known(tokens);
        tokens.expect("to");
        return { type: "join", name, others: this.#knownList(tokens) };
      }
      case "forget": {
        const name = this.#known(tokens);
        tokens.expect("on");
        return { type: "forget", name, on: this.#known(tokens) };
      }
      case "skew":
        return { type: "skew", name: this.#known(tokens), skewMs: tokens.ms() };
      case "put": {
        const key = tokens.text("a key");
        tokens.expect("=");
        const value = this.#value(tokens);
        const on = this.#on(tokens);
        if (!tokens.take("for")) return { type: "put", key, value, on };
        return { type: "put", key, value, on, ttlMs: this.#positive(tokens.ms(), tokens) };
      }
      case "restore": {
        const key = tokens.text("a key");
        tokens.expect("=");
        const value = this.#value(tokens);
        tokens.expect("from");
        const agoMs = this.#notNegative(tokens.ms(), tokens);
        tokens.expect("ago");
        const on = this.#on(tokens);
        const ttlMs = tokens.take("for") ? this.#positive(tokens.ms(), tokens) : undefined;
        const isNumbered = !tokens.take("without");
        if (!isNumbered) tokens.expect("number");
        const times = ttlMs === undefined ? { agoMs } : { agoMs, ttlMs };
        return { type: "restore", key, value, ...times, isNumbered, on };
      }
      case "delete":
        return { type: "delete", key: tokens.text("a key"), on: this.#on(tokens) };
      case "persist":
        return { type: "expire", key: tokens.text("a key"), ttlMs: null, on: this.#on(tokens) };
      case "expire": {
        const key = tokens.text("a key");
        tokens.expect("in");
        const ttlMs = this.#positive(tokens.ms(), tokens);
        return { type: "expire", key, ttlMs, on: this.#on(tokens) };
      }
      case "cut":
      case "heal":
        return { type: keyword, link: this.#link(tokens) };
      case "reconnect": {
        const link = this.#link(tokens);
        const lateMs = tokens.take("late") ? this.#notNegative(tokens.ms(), tokens) : 0;
        return { type: "reconnect", link, lateMs };
      }
      case "link": {
        const link = this.#link(tokens);
        return { type: "link", link, ms: this.#notNegative(tokens.ms(), tokens) };
      }
      case "bandwidth":
        return this.#bandwidth(tokens);
      case "expect":
        return this.#expect(tokens);
      case "note":
        return { type: "note", text: restOf(text, "note", tokens) };
      default:
        throw tokens.fault("a statement");
    }
  }

  #server(tokens: Tokens): Statement {
    const name = tokens.text("a name");
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(name) || name === "all" || name === "client") {
      throw new ScenarioError(
        JSON.stringify(name),
        "a name of small letters, digits and hyphens, 20 at the most, but for all and client",
        "server paris",
        tokens.line,
      );
    }
    if (this.#servers.has(name)) {
      const hint = `restart ${name}, once it has ended`;
      throw new ScenarioError(
        `${name} again`,
        "a name of its own for each server",
        hint,
        tokens.line,
      );
    }
    let [replicas, skewMs, hasDisk] = [1, 0, false];
    let joins: readonly string[] = [];
    while (!tokens.isAtEnd) {
      if (tokens.take("replicas")) replicas = tokens.count("a number of replicas");
      else if (tokens.take("skew")) skewMs = tokens.ms();
      else if (tokens.take("disk")) hasDisk = true;
      else {
        tokens.expect("joins", "replicas", "skew", "disk");
        joins = this.#knownList(tokens);
      }
    }
    if (replicas < 1 || replicas > replicasMax) {
      throw new ScenarioError(
        `${replicas} replicas`,
        `1 to ${replicasMax}`,
        undefined,
        tokens.line,
      );
    }
    this.#servers.set(name, replicas);
    return { type: "server", name, replicas, skewMs, hasDisk, joins };
  }

  #expect(tokens: Tokens): Statement {
    const condition = this.#condition(tokens);
    let on: readonly Place[] = [];
    if (tokens.take("on") && !tokens.take("all")) on = this.#places(tokens);
    const isOnceReady = tokens.take("once") && (tokens.expect("ready"), true);
    const withinMs = tokens.take("within") ? this.#notNegative(tokens.ms(), tokens) : 0;
    const lastMs = condition.type === "silence" ? condition.ms : 0;
    this.#inTime(this.#nowMs + withinMs + lastMs, tokens);
    return { type: "expect", condition, on, isOnceReady, withinMs };
  }

  #condition(tokens: Tokens): Condition {
    if (tokens.take("equal")) return { type: "equal" };
    if (tokens.take("ready")) return { type: "ready" };
    if (tokens.take("tombstone")) {
      return { type: "tombstone", key: tokens.text("a key"), isHeld: true };
    }
    if (tokens.take("silence")) {
      tokens.expect("for");
      return { type: "silence", ms: this.#positive(tokens.ms(), tokens) };
    }
    if (tokens.take("no")) {
      if (tokens.take("repairs")) return { type: "unrepaired" };
      tokens.expect("tombstone", "repairs");
      return { type: "tombstone", key: tokens.text("a key"), isHeld: false };
    }
    const key = tokens.text("a key, equal, ready, silence, tombstone, no tombstone or no repairs");
    if (tokens.take("missing")) return { type: "value", key, value: null };
    tokens.expect("=", "missing");
    return { type: "value", key, value: this.#value(tokens) };
  }

  /** A value; a long one is padded with spaces, because nobody would read it. */
  #value(tokens: Tokens): string {
    const value = tokens.text("a value");
    if (!tokens.take("padded")) return value;
    tokens.expect("to");
    const length = tokens.count("a number of characters");
    const { valueBytesMax } = wireLimits;
    if (length <= valueBytesMax) return value.padEnd(length);
    const found = `${length} characters`;
    throw new ScenarioError(found, `${valueBytesMax} at the most`, undefined, tokens.line);
  }

  #bandwidth(tokens: Tokens): Statement {
    if (tokens.take("unlimited")) return { type: "bandwidth", bytesPerMs: Infinity };
    const kbits = tokens.count("a whole number, as 250 kbit/s, or unlimited");
    tokens.expect("kbit/s");
    if (kbits > 0) return { type: "bandwidth", bytesPerMs: kbits / kbitsPerByte };
    throw new ScenarioError("0 kbit/s", "more than that", "cut NAME NAME", tokens.line);
  }

  #link(tokens: Tokens): Link {
    const from = this.#known(tokens);
    const isBothWays = !tokens.take("->");
    const to = this.#known(tokens);
    if (from !== to) return { from, to, isBothWays };
    throw new ScenarioError(`${from} twice`, "two servers", undefined, tokens.line);
  }

  #on(tokens: Tokens): Place {
    tokens.expect("on");
    return this.#place(tokens);
  }

  #places(tokens: Tokens): Place[] {
    const places = [this.#place(tokens)];
    while (tokens.take(",")) places.push(this.#place(tokens));
    return places;
  }

  #place(tokens: Tokens): Place {
    const names = [...this.#servers].flatMap(([name, replicas]) => [
      name,
      ...Array.from({ length: replicas }, (_, i) => `${name}.${i + 1}`),
    ]);
    const [server, replica] = this.#oneOf(tokens, names).split(".");
    return replica === undefined ? { server } : { server, replica: Number(replica) };
  }

  #knownList(tokens: Tokens): string[] {
    const names = [this.#known(tokens)];
    while (tokens.take(",")) names.push(this.#known(tokens));
    return names;
  }

  #known(tokens: Tokens): string {
    return this.#oneOf(tokens, [...this.#servers.keys()]);
  }

  #oneOf(tokens: Tokens, names: readonly string[]): string {
    if (names.length > 0) return tokens.oneOf("a server that was started before", names);
    throw tokens.fault("a server that was started before, and there is none", "server a");
  }

  /** A moment up to which a scenario may go on. */
  #inTime(atMs: number, tokens: Tokens): number {
    if (atMs <= scenarioMsMax) return atMs;
    const allowed = `a scenario that ends within ${scenarioMsMax / 3_600_000} h`;
    throw new ScenarioError(`the moment ${atMs} ms`, allowed, undefined, tokens.line);
  }

  #notNegative(ms: number, tokens: Tokens): number {
    if (ms >= 0) return ms;
    throw new ScenarioError(`${ms} ms`, "no less than 0 ms", undefined, tokens.line);
  }

  #positive(ms: number, tokens: Tokens): number {
    if (ms > 0) return ms;
    throw new ScenarioError(`${ms} ms`, "more than 0 ms", undefined, tokens.line);
  }
}

/** What follows a keyword, as it was written, whatever its quotes and spaces. */
function restOf(text: string, keyword: string, tokens: Tokens): string {
  tokens.skipRest("a text");
  return text.slice(text.indexOf(keyword) + keyword.length).trim();
}
