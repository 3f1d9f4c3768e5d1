import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, assertStringIncludes } from "../deps.ts";
import { screenOf } from "./screen.ts";
import { speak } from "./speak.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const firstSentence = "You are an undergraduate at Carnegie Mellon.";
const question = "Do you use a screen reader? Type yes and press Enter, or only Enter for no: ";
const fieldPrompt = "Undergraduate, 0 coins, Gates 5th Floor>";
const battlePrompt = "Undergraduate, 0 coins, 100 of 100 steps left>";

terminalTest(
  "play on a terminal asks first, prompts, tells its story in colours, and Enter skips a pause",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["play", "--server", server]);
      assertEquals(await terminal.until(question), question);
      await terminal.type("no\r");
      assertStringIncludes(await terminal.until(bold(">")), "What is your name?\r\n");
      await terminal.type("Ada\r");
      assertStringIncludes(
        await terminal.until(firstSentence),
        "\x1b[3mDistributed systems, last row. ",
      );
      const startMs = performance.now();
      const sentences = [
        "strange new coin",
        "everybody laughs",
        "fan comes on",
        "a degree.",
        "else there is.",
      ];
      for (const next of sentences) {
        await terminal.type("\r");
        await terminal.until(next);
      }
      assertLess(performance.now() - startMs, 5 * 2_000);
      await terminal.until(bold(fieldPrompt));
      await terminal.type("solve\r");
      await terminal.until("shortest way.");
      await terminal.type("\r");
      await terminal.until(bold(battlePrompt));
      await terminal.type("resign\r");
      await terminal.until(bold(fieldPrompt));
      await terminal.type("quit\r");
      const { code, rest } = await terminal.end();
      assertEquals(code, 0);
      assertStringIncludes(rest, "Goodbye, Ada.");
    }),
);

terminalTest(
  "play on a terminal remembers the answer and the lines typed, and has no colours with --no-color",
  () =>
    withServer(async (server) => {
      const stateHome = await Deno.makeTempDir();
      const args = ["play", "--fast", "--no-color", "--name", "Ada", "--server", server];
      let first = "";
      for (const isFirst of [true, false]) {
        const terminal = new Terminal(args, { stateHome, columns: 80 });
        if (isFirst) {
          await terminal.until(question);
          await terminal.type("\r");
          first += await terminal.until(fieldPrompt);
          for (const key of "emote yawns\r") await terminal.type(key);
          await terminal.until("* Ada yawns");
        } else {
          const seen = await terminal.until(fieldPrompt);
          assert(!seen.includes("screen reader"));
          await terminal.type("\x1b[A");
          await terminal.until("quit");
          await terminal.type("\x1b[A");
          await terminal.until("emote yawns");
          await terminal.type("\x15");
        }
        await terminal.type("quit\r");
        const { code, rest } = await terminal.end();
        assertEquals(code, 0);
        // deno-lint-ignore no-control-regex -- that is what colours are
        assert(!/\x1b\[[\d;]*m/.test(first + rest));
      }
      const history = `${stateHome}/cmud/play_history`;
      assertEquals((await Deno.stat(history)).mode! & 0o777, 0o600);
      await Deno.remove(stateHome, { recursive: true });
    }),
);

terminalTest(
  "100 events on a real terminal, between the keys of a line, leave that line intact",
  () =>
    withServer(async (server) => {
      const client = new Client(new FixedRouter(server));
      const args = ["play", "--fast", "--no-color", "--no-screen-reader", "--name", "Ada"];
      const terminal = new Terminal([...args, "--server", server], { columns: 80 });
      let seen = await terminal.until(fieldPrompt);
      // The first look around is for what is no news.
      await terminal.type("inv\r");
      seen += await terminal.until("Xeon CPUs: 1");
      seen += await terminal.until(fieldPrompt);
      await speak(client, "First", "are you there");
      seen += await terminal.until("are you there");
      const typed =
        "say this line is longer than the terminal is wide, and it takes two rows of it.";
      for (let n = 0; n < 100; n++) {
        await speak(client, `P${n}`, `event ${n}.`);
        if (n < typed.length) await terminal.type(typed[n]);
        // Now and then it has been shown before the next key.
        if (n % 25 === 24) seen += await terminal.until(`event ${n}.`);
      }
      await terminal.type("\x1b[D\x1b[D!\r");
      seen += await terminal.until("You say: ");
      await terminal.type("quit\r");
      const { code, rest } = await terminal.end();
      await client.close();
      assertEquals(code, 0);
      const lines = await screenOf(seen + rest, 80);
      for (let n = 0; n < 100; n++) {
        assertEquals(lines.filter((line) => line === `P${n} says: event ${n}.`).length, 1, `${n}`);
      }
      const whole = `${typed.slice(0, -2)}!${typed.slice(-2)}`;
      // What is typed is broken at the last column, and what is said between words.
      const withoutSpaces = (text: string) => text.replace(/\s/g, "");
      assertStringIncludes(
        withoutSpaces(lines.join("")),
        withoutSpaces(`${fieldPrompt} ${whole}You say: ${whole.slice(4)}`),
      );
    }),
);

terminalTest(
  "play on a terminal completes at Tab, keeps the line while the width changes, and drops it at Ctrl-C",
  () =>
    withServer(async (server) => {
      const args = ["play", "--fast", "--no-color", "--no-screen-reader", "--name", "Ada"];
      const terminal = new Terminal([...args, "--server", server], { columns: 80 });
      const press = async (keys: string) => {
        for (const key of keys) await terminal.type(key);
      };
      await terminal.until(fieldPrompt);
      await press("mov\t");
      await terminal.until(`${fieldPrompt} move `);
      await press("bri\t");
      await terminal.until(`${fieldPrompt} move bridge`);
      for (const columns of [30, 100]) {
        await terminal.resize(columns);
        await terminal.until(`${fieldPrompt} move bridge`);
      }
      await press("\r");
      await terminal.until("You walk to Randy Pausch Bridge.");
      const prompt = fieldPrompt.replace("Gates 5th Floor", "Randy Pausch Bridge");
      await terminal.until(prompt);
      await press("mine 1000\x03");
      assertStringIncludes(await terminal.until(prompt), "mine 1000");
      await press("inv\r");
      assert(!(await terminal.until("Xeon CPUs: 1")).includes("You find"));
      await press("\x04");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest(
  "play for a screen reader writes nothing but lines, whatever is typed",
  () =>
    withServer(async (server) => {
      const args = ["play", "--name", "Ada", "--server", server];
      const terminal = new Terminal(args, { columns: 80 });
      await terminal.until(question);
      await terminal.type("yes\r");
      let seen = await terminal.until(firstSentence);
      await terminal.type("map\r");
      seen += await terminal.until("lists all places.\r\n> ");
      const script = [
        ["shop", "\n> "],
        ["solve", "by the shortest way."],
        ["", "solving> "],
        ["help", "solving> "],
        ["resign", "\n> "],
      ];
      for (const [line, next] of script) {
        await terminal.type(`${line}\r`);
        seen += await terminal.until(next);
      }
      assertStringIncludes(seen, "Xeon CPUs, called cpu: 1 coin for a power of 1, takes 100 W.");
      await terminal.type("\x04");
      const { code, rest } = await terminal.end();
      assertEquals(code, 0);
      // deno-lint-ignore no-control-regex -- none must be there
      assert(!/[\x1b\u2500-\u259f]/.test(seen + rest));
    }),
);

terminalTest(
  "play on a terminal ends with 130 at Ctrl-C, also in the middle of mining",
  () =>
    withServer(async (server) => {
      for (const reader of ["--no-screen-reader", "--screen-reader"]) {
        const args = ["play", "--no-color", reader, "--name", "Ada", "--server", server];
        const story = new Terminal(args);
        await story.until(/screen/.test(reader) ? "Ada" : firstSentence);
        await story.type("\x03");
        assertEquals((await story.end()).code, 130);
        const mining = new Terminal(args);
        await mining.until("> ");
        await mining.type("mine 10000\r");
        await mining.until("This takes 12 hours at most.");
        await mining.type("\x03");
        const { code, rest } = await mining.end();
        assertEquals(code, 130);
        assertStringIncludes(rest, "That makes ");
      }
    }),
);

terminalTest(
  "play on a terminal ends with 0 at Ctrl-D, also in the middle of mining",
  () =>
    withServer(async (server) => {
      const asked = new Terminal(["play", "--server", server]);
      await asked.until(question);
      await asked.type("\x04");
      assertEquals((await asked.end()).code, 0);
      const mining = new Terminal([
        "play",
        "--no-screen-reader",
        "--name",
        "Ada",
        "--server",
        server,
      ]);
      await mining.until(firstSentence);
      await mining.type("mine 10000\r");
      await mining.until("at most.");
      await mining.type("\x04");
      const { code, rest } = await mining.end();
      assertEquals(code, 0);
      assertStringIncludes(rest, "That makes ");
    }),
);
