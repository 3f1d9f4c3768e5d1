/** Runs the program on a terminal. */

import { denoArguments } from "./cmud_process.ts";

/** A program on a terminal of its own, made by `script` of util-linux. */
export class Terminal {
  #child: Deno.ChildProcess;
  #keys: WritableStreamDefaultWriter<Uint8Array>;
  #screen: ReadableStreamDefaultReader<string>;
  #seen = "";

  constructor(args: readonly string[]) {
    const command = [Deno.execPath(), ...denoArguments, ...args].join(" ");
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { TERM: "xterm", NO_COLOR: "" },
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#screen = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Presses keys. */
  type(keys: string): Promise<void> {
    return this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Waits until `text` is written, and gives all that was since the last call. */
  async until(text: string): Promise<string> {
    while (!this.#seen.includes(text)) {
      const { value, done } = await this.#screen.read();
      if (done) throw new Error(`The program ended without ${text} in: ${this.#seen}`);
      this.#seen += value;
    }
    const end = this.#seen.indexOf(text) + text.length;
    const seen = this.#seen.slice(0, end);
    this.#seen = this.#seen.slice(end);
    return seen;
  }

  /** Waits for the program's end. @returns its exit code, and what it wrote last. */
  async end(): Promise<{ code: number; rest: string }> {
    let rest = this.#seen;
    for (;;) {
      const { value, done } = await this.#screen.read();
      if (done) break;
      rest += value;
    }
    const { code } = await this.#child.status;
    await this.#keys.close().catch(() => {});
    return { code, rest };
  }
}

const hasScript = await new Deno.Command("script", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

/** A test that needs a terminal: skipped, by name, where none can be made. */
export function terminalTest(name: string, test: () => Promise<void>): void {
  const ignore = !hasScript;
  Deno.test({
    name: ignore ? `${name} (skipped: no script of util-linux)` : name,
    ignore,
    fn: test,
  });
}
