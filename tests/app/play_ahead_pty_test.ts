/** Typing on a real terminal while something else goes on: it is seen at all times, and Enter counts. */

import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { screenOf } from "./screen.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const prompt = "Gates 5th Floor>";

terminalTest(
  "lines typed ahead during mining hide neither the bar nor what is typed, nor stop Enter",
  () =>
    withServer(async (server) => {
      const args = [
        "play",
        "--no-color",
        "--no-screen-reader",
        "--name",
        "Ada",
        "--server",
        server,
      ];
      const terminal = new Terminal(args, { columns: 80 });
      let seen = await terminal.until("Distributed systems, last row.");
      // A command skips the story.
      await terminal.type("stats\r");
      seen += await terminal.until(prompt);
      await terminal.type("mine 20\r");
      // Which attempt is seen first is a matter of chance: a short one draws no bar.
      seen += await terminal.until(" of 20");
      await terminal.type("who\rbuy\rbrief\r");
      seen += await terminal.until("brief");
      // The bar goes on, and shows what is typed next to it.
      seen += await terminal.until(" of 20");
      await terminal.type("look");
      seen += await terminal.until("look");
      seen += await terminal.until(" of 20");
      await terminal.type("\x15\r");
      seen += await terminal.until("You leave it at that.");
      seen += await terminal.until("In brief from now on");
      seen += await terminal.until(prompt);
      await terminal.type("quit\r");
      const { code, rest } = await terminal.end();
      assertEquals(code, 0);
      const lines = await screenOf(seen + rest, 80);
      const text = lines.join("\n");
      assert(
        lines.filter((line) => line.startsWith("You find") || /^Nothing/.test(line)).length < 20,
      );
      // In the order in which they were typed, and nothing twice.
      assertStringIncludes(text, "lists what there is.\nIn brief from now on");
      // What only looks does not wait.
      assert(text.indexOf("Ada (you), Undergraduate") < text.indexOf("You leave it at that."));
      for (const once of ["Ada (you), ", "You leave it at that.", "Goodbye, Ada."]) {
        assertEquals(lines.filter((line) => line.startsWith(once)).length, 1, once);
      }
    }),
);
