/** The game on a terminal in memory: what the screen shows, whatever happens while somebody types. */

import { runPlay } from "../../app/commands/run_play.ts";
import { pollIntervalMs } from "../../app/game/world/bounds.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, assertStringIncludes } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";
import { FakeTerminal } from "../support/app/fake_terminal.ts";
import { speak } from "./speak.ts";
import { withServer } from "./with_server.ts";
import { sleep } from "../support/until.ts";

/** The figure that players are promised. */
const newsMsMax = 2_000;

/** How long a test waits for what is to come at once. */
const patienceMs = 10_000;

/** Somebody who plays on a terminal in memory. */
class Player {
  readonly terminal: FakeTerminal;
  readonly console: FakeConsole;
  readonly exitCode: Promise<number>;
  readonly #stateHome: string;

  private constructor(
    terminal: FakeTerminal,
    options: Record<string, unknown>,
    env: Record<string, string>,
  ) {
    this.terminal = terminal;
    this.#stateHome = Deno.makeTempDirSync();
    const console = new FakeConsole({
      terminal: true,
      env: { XDG_STATE_HOME: this.#stateHome, TERM: "xterm", NO_COLOR: "1", ...env },
    });
    this.console = Object.assign(console, { terminal, stdinIsTerminal: true });
    this.exitCode = runPlay({
      arguments: [],
      options: { fast: true, screenReader: false, ...options },
      console: this.console,
    });
  }

  static async start(
    options: Record<string, unknown>,
    { columns = 80, env = {} }: { columns?: number; env?: Record<string, string> } = {},
  ): Promise<Player> {
    return new Player(await FakeTerminal.open(columns), options, env);
  }

  /** Waits until `isThere` holds of the screen's lines. */
  async until(isThere: (lines: string[]) => boolean): Promise<string[]> {
    const startMs = performance.now();
    for (;;) {
      const { lines } = await this.terminal.screen();
      if (isThere(lines)) return lines;
      if (performance.now() - startMs > patienceMs) throw new Error(lines.join("\n"));
      await sleep(5);
    }
  }

  /** Waits until the last line is `line`. */
  untilLast(line: string | RegExp): Promise<string[]> {
    return this.until((lines) =>
      typeof line === "string" ? lines.at(-1) === line : line.test(lines.at(-1)!)
    );
  }

  /** What the file of lines that are kept for the next time holds; nothing if there is none. */
  history(): string[] {
    const folder = `${this.#stateHome}/cmud`;
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    return files.filter((name) => name === "play_history")
      .map((name) => Deno.readTextFileSync(`${folder}/${name}`));
  }

  async end(keys: string): Promise<number> {
    this.terminal.type(keys);
    const code = await this.exitCode;
    assert(!this.terminal.isRaw);
    this.terminal.close();
    Deno.removeSync(this.#stateHome, { recursive: true });
    return code;
  }
}

const prompt = "Undergraduate, 0 coins, Gates 5th Floor>";

Deno.test("100 events while somebody types leave the line and the cursor where they are", () =>
  withServer(async (here, elsewhere) => {
    const client = new Client(new FixedRouter(elsewhere));
    const ada = await Player.start({ name: "Ada", server: [here] });
    await ada.untilLast(prompt);
    const typed =
      "say I am typing a long sentence, longer than a line of this terminal is, so there";
    ada.terminal.type(typed);
    ada.terminal.press("\x1b[D\x1b[D");
    const { cursor: before } = await ada.terminal.screen();
    for (let batch = 0; batch < 2; batch++) {
      for (let n = 0; n < 50; n++) {
        await speak(client, `P${batch * 50 + n}`, `event ${batch * 50 + n}.`);
      }
      await ada.until((lines) =>
        lines.includes(`P${batch * 50 + 49} says: event ${batch * 50 + 49}.`)
      );
      ada.terminal.type(".");
    }
    const { lines, cursor } = await ada.terminal.screen();
    for (let n = 0; n < 100; n++) {
      assertEquals(lines.filter((line) => line === `P${n} says: event ${n}.`).length, 1, `${n}`);
    }
    const whole = `${prompt} ${typed.slice(0, -2)}..${typed.slice(-2)}`;
    assertEquals(lines.slice(-2).join(""), whole);
    assertEquals(cursor.column, (before.column + 2) % 80);
    ada.terminal.press("\r");
    await ada.until((lines) => lines.includes(prompt) && lines.at(-1) === prompt);
    const said = (await ada.terminal.screen()).lines.slice(-4).join(" ");
    assertStringIncludes(said, `You say: ${typed.slice(4, -2)}..${typed.slice(-2)}`);
    assertEquals(await ada.end("\x04"), 0);
    await client.close();
  }, 2));

Deno.test("what others do is seen within 2 s, also at another query actor", () =>
  withServer(async (here, elsewhere) => {
    const client = new Client(new FixedRouter(elsewhere));
    const ada = await Player.start({ name: "Ada", server: [here] });
    await ada.untilLast(prompt);
    // Whatever the phase of the looks around.
    for (let n = 0; n < 3; n++) {
      const startMs = performance.now();
      await speak(client, `P${n}`, "hello");
      await ada.until((lines) => lines.includes(`P${n} says: hello`));
      assertLess(performance.now() - startMs, newsMsMax);
      await sleep(pollIntervalMs / 3);
    }
    assertEquals(await ada.end("quit\r"), 0);
    await client.close();
  }, 2));

Deno.test("a bar shows how mining comes on, and what is typed meanwhile is obeyed next", () =>
  withServer(async (server) => {
    const ada = await Player.start({ name: "Ada", server: [server], fast: false });
    await ada.until((lines) => lines.some((line) => line.startsWith("Distributed systems")));
    ada.terminal.type("\r");
    const story = await ada.until((lines) => lines.some((line) => line.startsWith("Somebody")));
    assert(!story.slice(0, -1).includes(""), "Enter leaves an empty line");
    // A command skips the story.
    ada.terminal.type("mine 100\r");
    await ada.until((lines) => /^mining \[#*\.*\] \d+ of 100/.test(lines.at(-1)!));
    ada.terminal.type("stats");
    await ada.until((lines) => /^mining \[.*\] \d+ of 100 stats$/.test(lines.at(-1)!));
    assertEquals(await ada.end("\x15\x03"), 130);
  }));

Deno.test("Ctrl-C drops the line, ends the game at an empty one, and says goodbye to others", () =>
  withServer(async (server) => {
    const ada = await Player.start({ name: "Ada", server: [server] });
    await ada.untilLast(prompt);
    ada.terminal.type("mine 1000\x03");
    await ada.untilLast(prompt);
    ada.terminal.type("inv\r");
    await ada.until((lines) => lines.includes("Xeon CPUs: 1"));
    assertEquals(await ada.end("\x03"), 130);
    const client = new Client(new FixedRouter(server));
    const [here] = (await client.list("here/")).values();
    assertEquals(JSON.parse(here as string).gone, true);
    await client.close();
  }));

Deno.test("the line survives a change of the terminal's width, and Tab completes it", () =>
  withServer(async (server) => {
    const ada = await Player.start({ name: "Ada", server: [server] });
    await ada.untilLast(prompt);
    ada.terminal.type("move bri\t");
    await ada.untilLast(`${prompt} move bridge`);
    await ada.terminal.resize(50);
    await ada.until((lines) => lines.slice(-2).join("") === `${prompt} move bridge`);
    await ada.terminal.resize(100);
    ada.terminal.press("\r");
    await ada.untilLast("Undergraduate, 0 coins, Randy Pausch Bridge>");
    ada.terminal.type("map\r");
    await ada.until((lines) =>
      lines.some((line) => line.includes("═ Randy Pausch Bridge: Ada (you) ═"))
    );
    await ada.terminal.resize(60);
    ada.terminal.type("map\r");
    // There is no room for a picture.
    await ada.until((lines) => lines.includes("Randy Pausch Bridge: Ada (you)"));
    ada.terminal.type("move bridge\r");
    await ada.until((lines) => lines.some((line) => line.endsWith("It has not changed.")));
    // The line before it comes back with the arrow key.
    ada.terminal.press("\x1b[A");
    await ada.until((lines) => lines.slice(-2).join("").endsWith("move bridge"));
    assertEquals(await ada.end("\x15quit\r"), 0);
  }));

Deno.test("what is typed is kept for the next time, if that is not refused", () =>
  withServer(async (server) => {
    for (const history of [undefined, false]) {
      const ada = await Player.start({ name: "Ada", server: [server], history });
      await ada.untilLast(prompt);
      ada.terminal.type("inv\r");
      await ada.until((lines) => lines.includes("Xeon CPUs: 1"));
      assertEquals(ada.history(), history === false ? [] : ["inv\n"]);
      assertEquals(await ada.end("quit\r"), 0);
    }
  }));

Deno.test("what words may follow is shown dimly, and not without colours", () =>
  withServer(async (server) => {
    for (const env of [{ NO_COLOR: "" }, { NO_COLOR: "1" }]) {
      const ada = await Player.start({ name: "Ada", server: [server] }, { env });
      await ada.untilLast(prompt);
      ada.terminal.type("buy");
      await ada.untilLast(env.NO_COLOR ? `${prompt} buy` : `${prompt} buy HARDWARE [N]`);
      // deno-lint-ignore no-control-regex -- that is what colours are
      assertEquals(/\x1b\[\d*m/.test(ada.terminal.written), !env.NO_COLOR);
      assertEquals(await ada.end("\x15\x04"), 0);
    }
  }));

Deno.test("a terminal that can redraw no line is given lines alone", () =>
  withServer(async (server) => {
    const terminal = await FakeTerminal.open();
    const env = { XDG_STATE_HOME: Deno.makeTempDirSync(), TERM: "dumb" };
    const input = ["Ada", "map", "mine 2", "quit"];
    const console = Object.assign(new FakeConsole({ terminal: true, env, input }), {
      terminal,
      stdinIsTerminal: true,
    });
    const options = { fast: true, screenReader: false, server: [server] };
    assertEquals(await runPlay({ arguments: [], options, console }), 0);
    assertEquals(terminal.written, "");
    assertStringIncludes(console.stdout, "Gates 5th Floor: Ada (you)\n");
    // deno-lint-ignore no-control-regex -- none must be there
    assert(!/[\x00-\x09\x0b-\x1f\u2500-\u257f]/.test(console.stdout));
    terminal.close();
    Deno.removeSync(env.XDG_STATE_HOME, { recursive: true });
  }));

Deno.test("a spectator at a terminal sees what happens, and leaves with quit", () =>
  withServer(async (server) => {
    const client = new Client(new FixedRouter(server));
    const eve = await Player.start({ observe: true, server: [server] });
    await eve.untilLast("watching>");
    await speak(client, "P1", "hello");
    await eve.until((lines) => lines.includes("Gates 5th Floor: P1 says: hello"));
    eve.terminal.type("who\r");
    await eve.until((lines) =>
      lines.filter((l) => l === "Nobody is playing at the moment.").length > 1
    );
    assertEquals(await eve.end("quit\r"), 0);
    assertEquals((await client.list("")).size, 1);
    await client.close();
  }));
