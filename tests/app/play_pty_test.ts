import { assert, assertEquals, assertLess, assertStringIncludes } from "../deps.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const firstSentence = "You are an undergraduate at Carnegie Mellon.";

terminalTest(
  "play on a terminal prompts, tells its story in colours, and Enter skips a pause",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["play", "--server", server]);
      assertStringIncludes(await terminal.until(bold(">")), "What is your name?\r\n");
      await terminal.type("Ada\r");
      assertStringIncludes(
        await terminal.until(firstSentence),
        "\x1b[3mDistributed systems, last row. ",
      );
      const startMs = performance.now();
      for (const next of ["strange new coin", "everybody laughs", "fan comes on", "or help."]) {
        await terminal.type("\r");
        await terminal.until(next);
      }
      assertLess(performance.now() - startMs, 4 * 2_000);
      await terminal.until(bold(">"));
      await terminal.type("solve\r");
      await terminal.until("shortest way.");
      await terminal.type("\r");
      await terminal.until(bold("solving>"));
      await terminal.type("resign\r");
      await terminal.until(bold(">"));
      await terminal.type("quit\r");
      const { code, rest } = await terminal.end();
      assertEquals(code, 0);
      assertStringIncludes(rest, "Goodbye, Ada.");
    }),
);

terminalTest(
  "play on a terminal shows no colours with --no-color",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal([
        ...["play", "--fast", "--no-color", "--name", "Ada"],
        ...["--server", server],
      ]);
      const seen = await terminal.until("or help.\r\n> ");
      await terminal.type("quit\r");
      const { code, rest } = await terminal.end();
      assertEquals(code, 0);
      assert(!(seen + rest).includes("\x1b"));
    }),
);

terminalTest(
  "play on a terminal ends with 130 at Ctrl-C, also in the middle of mining",
  () =>
    withServer(async (server) => {
      const args = ["play", "--no-color", "--name", "Ada", "--server", server];
      const story = new Terminal(args);
      await story.until(firstSentence);
      await story.type("\x03");
      assertEquals((await story.end()).code, 130);
      const mining = new Terminal(args);
      await mining.until("> ");
      await mining.type("mine 10000\r");
      await mining.until("This takes 12 hours at most.");
      await mining.type("\x03");
      assertEquals((await mining.end()).code, 130);
    }),
);

terminalTest(
  "play on a terminal ends with 0 at Ctrl-D, also in the middle of mining",
  () =>
    withServer(async (server) => {
      const args = ["play", "--no-color", "--name", "Ada", "--server", server];
      const asked = new Terminal([...args, "--fast"]);
      await asked.until("> ");
      await asked.type("\x04");
      assertEquals((await asked.end()).code, 0);
      const mining = new Terminal(args);
      await mining.until("> ");
      await mining.type("mine 10000\r");
      await mining.until("at most.");
      await mining.type("\x04");
      const { code, rest } = await mining.end();
      assertEquals(code, 0);
      assertStringIncludes(rest, "That makes ");
    }),
);
