import { assertEquals } from "../deps.ts";
import { styleFor } from "../../app/style.ts";
import { FakeConsole } from "./fake_console.ts";

Deno.test("styleFor() follows terminal, NO_COLOR, FORCE_COLOR, TERM and --no-color", () => {
  const choices = { terminal: [true, false], noColor: ["1", "", undefined] };
  for (const terminal of choices.terminal) {
    for (const noColor of choices.noColor) {
      for (const forceColor of ["1", "0", undefined]) {
        for (const term of ["xterm", "dumb"]) {
          for (const color of [true, false]) {
            const env: Record<string, string> = { TERM: term };
            if (noColor !== undefined) env.NO_COLOR = noColor;
            if (forceColor !== undefined) env.FORCE_COLOR = forceColor;
            const style = styleFor(new FakeConsole({ terminal, env }), "stdout", { color });
            const expected = color && !noColor &&
              (forceColor === "1" || (forceColor === undefined && terminal && term !== "dumb"));
            assertEquals(
              style.bold("x"),
              expected ? "\x1b[1mx\x1b[22m" : "x",
              JSON.stringify({ terminal, noColor, forceColor, term, color }),
            );
          }
        }
      }
    }
  }
});
