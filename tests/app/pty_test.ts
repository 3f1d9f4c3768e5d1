import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { denoArguments } from "./cmud_process.ts";
import { deadAddress, withServer } from "./with_server.ts";

/** A program on a terminal of its own, made by `script` of util-linux. */
class Terminal {
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
      env: { TERM: "xterm" },
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

const prompt = "cmud> ";

const hasScript = await new Deno.Command("script", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

function terminalTest(name: string, test: () => Promise<void>): void {
  const ignore = !hasScript;
  Deno.test({
    name: ignore ? `${name} (skipped: no script of util-linux)` : name,
    ignore,
    fn: test,
  });
}

terminalTest(
  "kv shell on a terminal prompts, answers, and goes on after errors",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["kv", "shell", "--server", server]);
      assertStringIncludes(await terminal.until(prompt), "Ctrl-D leaves");
      await terminal.type("put a hello\r");
      await terminal.until(prompt);
      await terminal.type("get a\r");
      assertStringIncludes(await terminal.until(prompt), "hello\r\n");
      await terminal.type("get nobody\r");
      assertStringIncludes(await terminal.until(prompt), "Key not found: nobody");
      await terminal.type("gte a\r");
      assertStringIncludes(await terminal.until(prompt), "did you mean get?");
      await terminal.type("exit\r");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest(
  "kv shell on a terminal drops the line at Ctrl-C and leaves at Ctrl-D",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["kv", "shell", "--server", server]);
      await terminal.until(prompt);
      await terminal.type("put dropped 1");
      await terminal.until("dropped 1");
      await terminal.type("\x03");
      await terminal.until(prompt);
      await terminal.type("put kept 1\r");
      await terminal.until(prompt);
      await terminal.type("list\r");
      assertMatch(await terminal.until(prompt), /kept\t1\r\n/);
      await terminal.type("get dropped\r");
      assertStringIncludes(await terminal.until(prompt), "Key not found: dropped");
      await terminal.type("\x04");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest("kv shell on a terminal says that nobody answers, and stays", async () => {
  const terminal = new Terminal(["kv", "shell", "--server", deadAddress()]);
  await terminal.until(prompt);
  await terminal.type("get a\r");
  assertStringIncludes(await terminal.until(prompt), "nothing answers there");
  await terminal.type("\x04");
  assertEquals((await terminal.end()).code, 0);
});

terminalTest("kv get on a terminal shows control characters", () =>
  withServer(async (server) => {
    const put = new Terminal(["kv", "put", "k", "'a\x1b[31mb'", "--server", server]);
    assertEquals((await put.end()).code, 0);
    const get = new Terminal(["kv", "get", "k", "--server", server]);
    const { code, rest } = await get.end();
    assertEquals(code, 0);
    assertStringIncludes(rest, "a\\u{1b}[31mb\r\n");
  }));
