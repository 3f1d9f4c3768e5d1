import { commands, options } from "../../../app/doors/telnet/codes.ts";
import { parseAddress } from "../../../rpc/mod.ts";
import type { Prng } from "../../../simulate/world/prng.ts";

const { iac, wont, dont } = commands;

/** What a bot types, and what the answer to it says. Beside each, how often it is typed of all. */
const acts: readonly (readonly [line: string, answer: RegExp, share: number])[] = [
  ["inv", /Coins: [\d,]+\r\n/, 0.35],
  ["stats", /Place: .+\r\n/, 0.15],
  ["look", /Ways from here: .*\r\n/, 0.15],
  ["say I have been mining all day.", /You say: |out of breath/, 0.15],
  ["buy cpu 1", /You buy 1 Xeon CPU for 1 coin|coins?\b.*\r\n/, 0.1],
  ["mine", /You find [\d,]+ coins?|Nothing but heat/, 0.1],
];

/** What is said when the world does not answer. */
const trouble = /The network is having a moment|does not answer at the moment/;

/** How long an answer took. */
export interface Wait {
  /** What was typed: a command, without what came behind it. */
  readonly command: string;
  /** When, by the clock of `performance.now()`. */
  readonly atMs: number;
  readonly ms: number;
}

/** How long a bot waits for anything before it gives up. */
const patienceMs = 60_000;

/** A player without a person, at the telnet door of a host. */
export class Bot {
  readonly name: string;
  /** How long each answer took; attempts at mining aside, which take the time that they take. */
  readonly waits: Wait[] = [];
  /** How often the world did not answer. */
  troubles = 0;
  /** Coins that it was told to have found, and to have spent. */
  found = 0;
  spent = 0;
  /** Attempts of which it was not told what they came to. */
  unknown = 0;
  readonly #conn: Deno.Conn;
  readonly #random: Prng;
  readonly #decoder = new TextDecoder("latin1");
  #text = "";
  #heard = () => {};
  #isOver = false;
  readonly #reading: Promise<void>;

  private constructor(name: string, conn: Deno.Conn, random: Prng) {
    this.name = name;
    this.#conn = conn;
    this.#random = random;
    this.#reading = this.#read();
  }

  /** Comes to the door at `address`, enrols, and goes somewhere. */
  static async enter(name: string, address: string, random: Prng): Promise<Bot> {
    const bot = new Bot(name, await Deno.connect(parseAddress(address)), random);
    await bot.#send(Uint8Array.of(
      ...[iac, wont, options.ttype, iac, wont, options.naws, iac, dont, options.charset],
      ...[iac, dont, options.eor, iac, dont, options.gmcp],
    ));
    await bot.#until(/Name: /);
    await bot.#type(name);
    await bot.#until(/New password: /);
    await bot.#type("a bot has no secrets");
    await bot.#until(/again: /);
    await bot.#type("a bot has no secrets");
    await bot.#until(/Welcome/);
    // The story is skipped.
    for (let lines = 0; lines < 5; lines++) await bot.#type("");
    await bot.#until(/0 coins, Gates 5th Floor>/);
    const places = ["fence", "bridge", "1", "2", "3", "4", "6", "7", "8", "9"];
    await bot.#type(`move ${places[random.below(places.length)]}`);
    await bot.#until(/0 coins, .*>/);
    return bot;
  }

  /** Types something, and waits for the answer. */
  async act(): Promise<void> {
    let share = this.#random.fraction();
    const [line, answer] = acts.find(([, , each]) => (share -= each) < 0) ?? acts[0];
    this.#text = "";
    const startMs = performance.now();
    await this.#type(line);
    const said = await this.#until(new RegExp(`${answer.source}|${trouble.source}`, "i"));
    const isTrouble = trouble.test(said);
    if (isTrouble) this.troubles++;
    const ms = performance.now() - startMs;
    const [command] = line.split(" ");
    if (line !== "mine" || isTrouble) this.waits.push({ command, atMs: startMs, ms });
    if (line === "mine" && isTrouble) this.unknown++;
    const [, found] = /You find ([\d,]+) coin/.exec(said) ?? [];
    if (found !== undefined) this.found += Number(found.replaceAll(",", ""));
    if (/You buy 1 Xeon/.test(said)) this.spent++;
    else if (line.startsWith("buy") && isTrouble) this.unknown++;
  }

  /** How many coins it has, as the world says. */
  async coins(): Promise<number> {
    for (;;) {
      this.#text = "";
      await this.#type("inv");
      const said = await this.#until(new RegExp(`Coins: [\\d,]+\\r\\n|${trouble.source}`));
      const [, coins] = /Coins: ([\d,]+)/.exec(said) ?? [];
      if (coins !== undefined) return Number(coins.replaceAll(",", ""));
    }
  }

  /** Leaves without a word. */
  async leave(): Promise<void> {
    this.#conn.close();
    await this.#reading;
  }

  #type(line: string): Promise<void> {
    return this.#send(new TextEncoder().encode(`${line}\n`));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#conn.write(rest));
    }
  }

  /** Waits until something is said, and takes all up to that. */
  async #until(what: RegExp): Promise<string> {
    const late = setTimeout(() => this.#conn.close(), patienceMs);
    try {
      for (;;) {
        const found = what.exec(this.#text);
        if (found !== null) {
          const end = found.index + found[0].length;
          const said = this.#text.slice(0, end);
          this.#text = this.#text.slice(end);
          return said;
        }
        if (this.#isOver) throw new Error(`${this.name} hears no ${what} in: ${this.#text}`);
        await new Promise<void>((resolve) => this.#heard = resolve);
      }
    } finally {
      clearTimeout(late);
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let count; (count = await this.#conn.read(buffer)) !== null;) {
        this.#text += this.#decoder.decode(buffer.subarray(0, count));
        this.#heard();
      }
    } catch {
      // It was closed here.
    }
    this.#isOver = true;
    this.#heard();
  }
}
