import { ScenarioError } from "./scenario_error.ts";
import { nearest } from "./nearest.ts";

/** A word of a line, or what stood in quotes. */
interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** How many milliseconds each unit has. */
const units: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/** The words of a line, which are taken one by one. */
export class Tokens {
  readonly line: number;
  /** How the statement is written, for errors. */
  usage = "";
  #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, line: number) {
    this.line = line;
    this.#tokens = [...tokensOf(text, line)];
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Takes a word if it is the next one. */
  take(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.isQuoted || token.text !== word) return false;
    this.#at++;
    return true;
  }

  /** Takes a word that must be there. */
  expect(...words: string[]): void {
    if (words.some((word) => this.take(word))) return;
    throw this.fault(words.map((word) => JSON.stringify(word)).join(" or "));
  }

  /** Takes a key or value: a word, or anything in quotes. */
  text(what: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || !token.isQuoted && "=,".includes(token.text)) throw this.fault(what);
    this.#at++;
    return token.text;
  }

  /** Takes one of these words. */
  oneOf(what: string, words: readonly string[]): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.fault(what);
    if (words.includes(token.text)) return this.text(what);
    const near = nearest(token.text, words);
    throw this.fault(`${what}: ${words.join(", ")}`, near);
  }

  /** Takes a time: `20 ms`, `1.5s`, `+5 s`. */
  ms(what = "a time, as 20 ms or 1.5 s"): number {
    const token = this.#tokens[this.#at];
    const match = /^([+-]?\d+(?:\.\d+)?)([a-z]*)$/.exec(token?.text ?? "");
    if (match === null) throw this.fault(what);
    const [, number, unit] = match;
    this.#at++;
    if (unit !== "") return this.#scaled(Number(number), unit, what);
    const next = this.#tokens[this.#at]?.text ?? "";
    if (!units.has(next)) {
      throw this.fault(`a unit: ${[...units.keys()].join(", ")}`, `${number} ms`);
    }
    this.#at++;
    return this.#scaled(Number(number), next, what);
  }

  /** Takes a whole number. */
  count(what: string): number {
    const text = this.#tokens[this.#at]?.text ?? "";
    if (!/^\d+$/.test(text)) throw this.fault(what);
    this.#at++;
    return Number(text);
  }

  /** Takes all that is left of the line. */
  skipRest(what: string): void {
    if (this.isAtEnd) throw this.fault(what);
    this.#at = this.#tokens.length;
  }

  /** Throws when something is left. */
  end(): void {
    if (!this.isAtEnd) throw this.fault(`the end of the line (${this.usage})`);
  }

  /** What is wrong with the next word. */
  fault(allowed: string, hint?: string): ScenarioError {
    const token = this.#tokens[this.#at];
    const found = token === undefined ? "the end of the line" : JSON.stringify(token.text);
    const usage = this.usage === "" || allowed.includes(this.usage) ? undefined : this.usage;
    return new ScenarioError(found, allowed, hint ?? usage, this.line);
  }

  #scaled(number: number, unit: string, what: string): number {
    const scale = units.get(unit);
    if (scale !== undefined) return Math.round(number * scale);
    this.#at--;
    throw this.fault(what, `${number} ms`);
  }
}

function* tokensOf(text: string, line: number): Generator<Token> {
  const pattern = /\s+|#.*|("(?:[^"\\]|\\.)*")|(->|→|[=,])|([^\s"=,#]+)|(.)/guy;
  for (const [, quoted, sign, word, other] of text.matchAll(pattern)) {
    if (other !== undefined) {
      throw new ScenarioError(other, "words, and texts in quotes that end", '"like this"', line);
    }
    if (quoted !== undefined) yield { text: unquoted(quoted, line), isQuoted: true };
    else if (sign !== undefined) yield { text: sign === "→" ? "->" : sign, isQuoted: false };
    else if (word !== undefined) yield { text: word, isQuoted: false };
  }
}

function unquoted(text: string, line: number): string {
  try {
    return JSON.parse(text);
  } catch {
    throw new ScenarioError(text, "a text in quotes, as JSON has them", '"like this"', line);
  }
}
