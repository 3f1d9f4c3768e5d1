/** Runs the program on a terminal. */

import { missing, testUnless } from "../support/needs.ts";
import { denoArguments } from "../support/app/cmud_process.ts";

/** What a terminal is like. */
export interface TerminalOptions {
  /** How wide it is, by 24 rows; by default nobody says, and the program is told 0. */
  columns?: number;
  /** The folder for what outlives the program; by default one that ends with it. */
  stateHome?: string;
  /** More of the environment. */
  env?: Readonly<Record<string, string>>;
}

/** How long a text may take to be written: long enough for a machine that has much else to do. */
const deadlineMs = 30_000;

/** A program on a terminal of its own, made by `script` of util-linux. */
export class Terminal {
  #child: Deno.ChildProcess;
  #keys: WritableStreamDefaultWriter<Uint8Array>;
  #screen: ReadableStreamDefaultReader<string>;
  #seen = "";
  #isOpen = false;
  #process = { pid: 0, tty: "" };
  /** To be removed at the end. */
  #stateHome: string | undefined;

  /** @param args those of cmud, or another program as a line for the system's shell */
  constructor(
    args: readonly string[] | string,
    { columns, stateHome, env }: TerminalOptions = {},
  ) {
    if (stateHome === undefined) this.#stateHome = Deno.makeTempDirSync();
    const size = columns === undefined ? "" : `stty columns ${columns} rows 24; `;
    const program = typeof args === "string"
      ? args
      : [Deno.execPath(), ...denoArguments, ...args].join(" ");
    this.#child = new Deno.Command("script", {
      args: [
        ...["--quiet", "--return", "--command"],
        `echo $$ $(tty); ${size}exec ${program}`,
        "/dev/null",
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: {
        TERM: "xterm",
        NO_COLOR: "",
        XDG_STATE_HOME: stateHome ?? this.#stateHome!,
        ...env,
      },
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#screen = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Presses keys. */
  type(keys: string): Promise<void> {
    return this.#keys.write(new TextEncoder().encode(keys));
  }

  /**
   * Waits until `text` is written, and gives all that was since the last call.
   *
   * @throws when it is not in time: the program is ended then.
   */
  async until(text: string, patienceMs = deadlineMs): Promise<string> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    while (!this.#seen.includes(text)) {
      if (await this.#read()) continue;
      clearTimeout(timer);
      throw new Error(`The program ended without ${text} in: ${this.#seen}`);
    }
    clearTimeout(timer);
    const end = this.#seen.indexOf(text) + text.length;
    const seen = this.#seen.slice(0, end);
    this.#seen = this.#seen.slice(end);
    return seen;
  }

  /** Makes it wider or narrower, as somebody who drags its border does. */
  async resize(columns: number): Promise<void> {
    const args = ["-F", this.#process.tty, "columns", String(columns)];
    const { success } = await new Deno.Command("stty", { args }).output();
    if (!success) throw new Error("stty could not change the terminal's size");
  }

  /** Ends the program; by default without a word to it. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    // To 0, the signal would go to the tests too.
    if (!this.#isOpen) throw new Error("The program has not said who it is");
    Deno.kill(this.#process.pid, signal);
  }

  /** Takes the terminal away, as whoever closes its window does. */
  hangUp(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits for the program's end. @returns its exit code, and what it wrote last. */
  async end(): Promise<{ code: number; rest: string }> {
    while (await this.#read());
    const { code } = await this.#child.status;
    await this.#keys.close().catch(() => {});
    if (this.#stateHome !== undefined) Deno.removeSync(this.#stateHome, { recursive: true });
    return { code, rest: this.#seen };
  }

  /** @returns whether there was something to read. */
  async #read(): Promise<boolean> {
    const { value, done } = await this.#screen.read();
    if (done) return false;
    this.#seen += value;
    // The first line is for this class: who runs, and where.
    const header = /^(\d+) (\S+)\r\n/.exec(this.#seen);
    if (!this.#isOpen && header !== null) {
      this.#isOpen = true;
      this.#process = { pid: Number(header[1]), tty: header[2] };
      this.#seen = this.#seen.slice(header[0].length);
    }
    return true;
  }
}

/** What a terminal cannot be made without and is missing here: `script` of util-linux, `stty`. */
const lacking = missing("script", "stty");

/**
 * A test that needs a terminal: skipped, by name, where none can be made.
 *
 * @param lackingToo what else the test needs and is missing
 */
export function terminalTest(name: string, test: () => Promise<void>, lackingToo?: string): void {
  testUnless(lacking ?? lackingToo, name, test);
}
