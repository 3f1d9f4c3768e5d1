import { styleFor } from "../../app/cli/style.ts";
import { assertEquals } from "../deps.ts";
import { FakeConsole, runCmud } from "../support/app/fake_console.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

/** A cell of the matrix, and whether it has colours. */
interface Cell {
  terminal: boolean;
  noColor: string | undefined;
  forceColor: string | undefined;
  term: string;
  option: string[];
  expected: boolean;
}

/** The rules of docs/command-line.md, in their order. */
function expectColors({ terminal, noColor, forceColor, term, option }: Omit<Cell, "expected">) {
  if (option.length > 0) return false;
  if (noColor !== undefined && noColor !== "") return false;
  if (forceColor === "0" || forceColor === "false") return false;
  if (forceColor !== undefined && forceColor !== "") return true;
  return terminal && term !== "dumb";
}

const cells: Cell[] = [];
for (const terminal of [true, false]) {
  for (const noColor of [undefined, "", "1"]) {
    for (const forceColor of [undefined, "", "1", "0", "false"]) {
      for (const term of ["xterm", "dumb"]) {
        for (const option of [[], ["--no-color"]]) {
          const cell = { terminal, noColor, forceColor, term, option };
          cells.push({ ...cell, expected: expectColors(cell) });
        }
      }
    }
  }
}

function envOf({ noColor, forceColor, term }: Cell): Record<string, string> {
  const env: Record<string, string> = { TERM: term };
  if (noColor !== undefined) env.NO_COLOR = noColor;
  if (forceColor !== undefined) env.FORCE_COLOR = forceColor;
  return env;
}

Deno.test("styleFor() follows every cell of the colour matrix, for each stream on its own", () => {
  for (const cell of cells) {
    const color = cell.option.length === 0;
    for (const stream of ["stdout", "stderr"] as const) {
      const console = Object.assign(new FakeConsole({ env: envOf(cell) }), {
        stdoutIsTerminal: cell.terminal === (stream === "stdout"),
        stderrIsTerminal: cell.terminal === (stream === "stderr"),
      });
      const { bold } = styleFor(console, stream, { color });
      assertEquals(bold("x") !== "x", cell.expected, JSON.stringify({ stream, ...cell }));
    }
  }
});

Deno.test("a command follows every cell of the colour matrix", () =>
  withServer(async (server) => {
    for (const cell of cells) {
      const { stdout } = await runCmud([...cell.option, "status", "--server", server], {
        env: envOf(cell),
        terminal: cell.terminal,
      });
      assertEquals(stdout.includes("\x1b["), cell.expected, JSON.stringify(cell));
    }
  }));

terminalTest(
  "on a real terminal colours follow the same matrix",
  () =>
    withServer(async (server) => {
      const chosen: [Partial<Record<string, string>>, string[], boolean][] = [
        [{}, [], true],
        [{ NO_COLOR: "1" }, [], false],
        [{ FORCE_COLOR: "1", TERM: "dumb" }, [], true],
        [{ TERM: "dumb" }, [], false],
        [{ FORCE_COLOR: "1" }, ["--no-color"], false],
        [{ NO_COLOR: "1", FORCE_COLOR: "1" }, [], false],
      ];
      await Promise.all(chosen.map(async ([env, option, expected]) => {
        const terminal = new Terminal([...option, "status", "--server", server], {
          env: { FORCE_COLOR: "", ...env as Record<string, string> },
        });
        const { code, rest } = await terminal.end();
        assertEquals(code, 0);
        assertEquals(rest.includes("\x1b["), expected, JSON.stringify({ env, option }));
      }));
    }),
);
