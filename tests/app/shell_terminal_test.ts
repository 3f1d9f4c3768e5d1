import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { runCommandLine } from "../../app/mod.ts";
import { shellCommands } from "../../app/kv/shell_commands.ts";
import { completeLine, hintFor } from "../../app/kv/shell_completion.ts";
import { quoteWord, splitWords, wordsSoFar } from "../../app/kv/shell_words.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, fc } from "../deps.ts";
import { until } from "../support/until.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";
import { deadAddress, withServer } from "./with_server.ts";

const prompt = "cmud> ";

/** A shell on a terminal in memory. */
class Shell {
  readonly terminal: FakeTerminal;
  readonly #code: Promise<number>;
  /** How much of what was written was looked at. */
  #seen = 0;

  private constructor(terminal: FakeTerminal, server: string) {
    this.terminal = terminal;
    const console = Object.assign(new FakeConsole({ terminal: true, env: { NO_COLOR: "1" } }), {
      stdinIsTerminal: true,
      terminal,
      out: (text: string) => terminal.write(text),
      err: (text: string) => terminal.write(text),
    });
    this.#code = runCommandLine(["kv", "shell", "--no-history", "--server", server], console);
  }

  /** Calls `use` with a shell that has prompted, leaves it, and expects it to end well. */
  static async with(
    server: string,
    use: (shell: Shell) => Promise<void>,
    greeting = "leaves.",
  ): Promise<void> {
    const shell = new Shell(await FakeTerminal.open(), server);
    try {
      await shell.until(greeting);
      await shell.until(prompt);
      await use(shell);
      shell.terminal.press("\x04");
      assertEquals(await shell.#code, 0);
    } finally {
      shell.terminal.close();
    }
  }

  /** Waits for `text` behind what was waited for before. @returns what was written up to there. */
  async until(text: string): Promise<string> {
    const { terminal } = this;
    await until(text, () => terminal.written.includes(text, this.#seen));
    const end = terminal.written.indexOf(text, this.#seen) + text.length;
    const seen = terminal.written.slice(this.#seen, end);
    this.#seen = end;
    return seen;
  }

  /** Enters a line. @returns what was written until the next prompt. */
  async enter(line: string): Promise<string> {
    this.terminal.type(`${line}\r`);
    await this.until("\r\n");
    return await this.until(prompt);
  }
}

Deno.test("kv shell completes commands and keys at Tab, quoted where they need it", () =>
  withServer((server) =>
    Shell.with(server, async (shell) => {
      for (const key of ["alone", "two/a b", "two/a c", 'say "x"', "esc\x1b"]) {
        await shell.enter(`put ${quoteWord(key)} value of ${key.length}`);
      }
      for (
        const [typed, value] of [
          ["g\talo\t", "value of 5"],
          ["get al\t", "value of 5"],
          ["get tw\tc\t", "value of 7"],
          ["get say\t", "value of 7"],
          ["get es\t", "value of 4"],
        ]
      ) {
        assertStringIncludes(await shell.enter(typed), `${value}\n`, typed);
      }
      shell.terminal.type("list two\t");
      await shell.until('list "two/a ');
      shell.terminal.type("\t");
      assertStringIncludes(await shell.until('"two/a c"\n'), '"two/a b"  "two/a c"\n');
      assertStringIncludes(await shell.enter('"'), "two/a b\tvalue of 7\ntwo/a c\tvalue of 7\n");
    })
  ));

Deno.test("kv shell says what is wrong, and gives up a completion quietly, without a server", () =>
  Shell.with(deadAddress(), async (shell) => {
    assertStringIncludes(await shell.enter("get k\t"), "started with: cmud server\n");
    assertStringIncludes(await shell.enter("gte k"), "did you mean get?");
    assertStringIncludes(await shell.enter("get"), "allowed is get KEY");
    assertStringIncludes(await shell.enter("help gte"), "did you mean get?");
    assertStringIncludes(await shell.enter("help put"), "put KEY VALUE: store a value");
  }, "cmud server\n"));

Deno.test("kv shell ends a watch at Ctrl-C, not itself", () =>
  withServer((server) =>
    Shell.with(server, async (shell) => {
      const client = new Client(new FixedRouter(server));
      shell.terminal.type("watch w/\r");
      await shell.until("Watching");
      await client.put("w/k", "v");
      await shell.until("new\tw/k\tv\n");
      shell.terminal.type("typed ahead\x03");
      await shell.until(prompt);
      assertStringIncludes(await shell.enter("get w/k"), "v\n");
      shell.terminal.type("watch w/ --initial\r");
      await shell.until("initial\tw/k\tv\n");
      await shell.until("Watching");
      shell.terminal.type("\x03");
      await shell.until(prompt);
      await client.close();
    })
  ));

Deno.test("kv shell answers pasted lines one by one", () =>
  withServer((server) =>
    Shell.with(server, async (shell) => {
      shell.terminal.press("put a 1\rget a\rlist\r");
      await shell.until("get a");
      assertStringIncludes(await shell.until(prompt), "\r\n1\n");
      await shell.until("list");
      assertStringIncludes(await shell.until(prompt), "a\t1\n");
    })
  ));

Deno.test("completeLine() has candidates for each place of a line", () =>
  withServer(async (server) => {
    const client = new Client(new FixedRouter(server));
    for (const key of ["k1", "k 2", ""]) await client.put(key, "v");
    const { signal } = new AbortController();
    const cases: [string, string, string[]][] = [
      ["", "", shellCommands.map(({ name }) => name)],
      ["  L", "L", ["list"]],
      ["x", "x", []],
      ["get ", "", ['""', '"k 2"', "k1"]],
      ["GET k", "k", ['"k 2"', "k1"]],
      ['put "k ', '"k ', ['"k 2"']],
      ["scan 'k ", "'k ", ['"k 2"']],
      ['get "\\u{6b', '"\\u{6b', ['""', '"k 2"', "k1"]],
      ['list "k1"', '"k1"', ["k1"]],
      ["help ex", "ex", ["expire", "exit"]],
      ["put k1 k", "", []],
      ["delete k1 k", "k", ['"k 2"', "k1"]],
      ["exit k", "", []],
    ];
    for (const [typed, replaces, candidates] of cases) {
      assertEquals(await completeLine(client, typed, signal), { replaces, candidates }, typed);
    }
    await client.close();
  }));

Deno.test("completeLine() says when there are more keys than it looks at", () =>
  withServer(async (server) => {
    const client = new Client(new FixedRouter(server));
    const put = (key: string) => client.put(key, "v");
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => put(`a${i}`)));
    const { signal } = new AbortController();
    assertEquals((await completeLine(client, "get ", signal)).isPart, undefined);
    await put("b");
    const { candidates, isPart } = await completeLine(client, "get ", signal);
    assert(isPart && candidates.length === 1_000);
    // Given up, it asks no more.
    await assertRejects(() => completeLine(client, "get ", AbortSignal.abort()), DOMException);
    await client.close();
  }));

Deno.test("hintFor() shows what may follow", () => {
  const hints: Record<string, string> = {
    "": "",
    "ge": "",
    "get": " KEY",
    "get ": "KEY",
    "get k": "",
    "put ": "KEY VALUE",
    "PUT k": " VALUE",
    "put k ": "VALUE",
    'put "a b"': " VALUE",
    'put "a b': " VALUE",
    "put k v w": "",
    "list": " [PREFIX]",
    "exit": "",
    "nonsense ": "",
    'put "\\x': "",
  };
  for (const [line, hint] of Object.entries(hints)) assertEquals(hintFor(line), hint, line);
});

Deno.test("quoteWord() writes any text as one word that means it", () => {
  assertEquals(quoteWord("plain/key-1"), "plain/key-1");
  assertEquals(quoteWord(""), '""');
  assertEquals(quoteWord("#1"), '"#1"');
  assertEquals(quoteWord("--initial"), '"--initial"');
  assertEquals(quoteWord("-1"), "-1");
  assertEquals(quoteWord('a "b"\n\x1b'), '"a \\"b\\"\\n\\u{1b}"');
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const words = splitWords(`get ${quoteWord(text)}`);
    assertEquals(words.map(({ text }) => text), ["get", text]);
    assertEquals(wordsSoFar(`get ${quoteWord(text)}`).at(-1)!.text, text);
  }));
});
