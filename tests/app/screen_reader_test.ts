/** Whether a screen reader is used: said, remembered, or asked for. */

import { usesScreenReader } from "../../app/play/screen_reader.ts";
import { StateDirectory } from "../../app/cli/state_directory.ts";
import { assertEquals } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";

Deno.test("whether a screen reader is used is asked for once, and what is said last is remembered", async () => {
  const stateHome = Deno.makeTempDirSync();
  const terminal = Object.assign(
    new FakeConsole({ terminal: true, env: { XDG_STATE_HOME: stateHome } }),
    { stdinIsTerminal: true },
  );
  const directory = new StateDirectory(terminal);
  /** With what the answers are, and how many questions it takes. */
  const uses = async (screenReader: boolean | undefined, answers: string[], console = terminal) => {
    let questions = 0;
    const ask = () => Promise.resolve(answers[questions++]);
    const invocation = { arguments: [], options: { screenReader }, console };
    return [await usesScreenReader(invocation, directory, ask), questions];
  };
  assertEquals(await uses(undefined, []), [undefined, 1]);
  assertEquals(await uses(undefined, [], new FakeConsole()), [false, 0]);
  assertEquals(await uses(true, [], new FakeConsole()), [true, 0]);
  assertEquals(await uses(undefined, [" Quit", "yes"]), [undefined, 1]);
  assertEquals(await uses(undefined, ["what?", "quite", " Yes "]), [true, 3]);
  assertEquals(await uses(undefined, []), [true, 0]);
  assertEquals(await uses(false, []), [false, 0]);
  assertEquals(await uses(undefined, []), [false, 0]);
  assertEquals(await uses(true, []), [true, 0]);
  assertEquals(await uses(undefined, []), [true, 0]);
  const file = `${stateHome}/cmud/screen_reader`;
  assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
  Deno.writeTextFileSync(file, "perhaps\n");
  assertEquals(await uses(undefined, [""]), [false, 1]);
  Deno.removeSync(stateHome, { recursive: true });
});
