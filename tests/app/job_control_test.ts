import { assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { denoArguments } from "../support/app/cmud_process.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const shellPrompt = "SH% ";

/** A shell with job control. */
async function openShell(columns?: number): Promise<Terminal> {
  const bash = `env PS1='${shellPrompt}' bash --norc --noprofile --noediting -i`;
  const shell = new Terminal(bash, { columns });
  await shell.until(shellPrompt);
  return shell;
}

/** Whether this Deno lets a program without permissions send signals to itself. */
async function mayStopItself(): Promise<boolean> {
  const program = "data:text/javascript,Deno.kill(Deno.pid, 'SIGCONT')";
  const args = ["run", "--no-prompt", program];
  return (await new Deno.Command(Deno.execPath(), { args }).output()).success;
}

function commandLine(...args: string[]): string {
  return [Deno.execPath(), ...denoArguments, ...args].join(" ") + "\r";
}

terminalTest(
  "Ctrl-Z suspends kv shell, and fg brings the line being typed back",
  () =>
    withServer(async (server) => {
      // So narrow that what it says takes two rows.
      const shell = await openShell(40);
      await shell.type(commandLine("kv", "shell", "--server", server));
      await shell.until("cmud> ");
      await shell.type("put a suspended");
      await shell.until("suspended");
      await shell.type("\x1a");
      assertMatch(await shell.until("Ctrl-Z again."), /answers, press\r+\nCtrl-Z again\.$/);
      if (!await mayStopItself()) await shell.type("\x1a");
      await shell.until("Stopped");
      await shell.type("echo raw: $(stty -a | grep -c -e -icanon)\r");
      await shell.until("raw: 0\r\n");
      await shell.type("fg\r");
      await shell.until("put a suspended");
      await shell.type(" once\r");
      await shell.until("cmud> ");
      await shell.type("get a\r");
      assertStringIncludes(await shell.until("cmud> "), "suspended once\r\n");
      await shell.type("\x04");
      await shell.until(shellPrompt);
      await shell.type("exit\r");
      assertEquals((await shell.end()).code, 0);
    }),
);

terminalTest(
  "Ctrl-Z suspends the game, and fg brings the line being typed back",
  () =>
    withServer(async (server) => {
      const shell = await openShell();
      const play = ["play", "--fast", "--no-color", "--no-screen-reader", "--name", "Ada"];
      await shell.type(commandLine(...play, "--server", server));
      await shell.until("Gates 5th Floor> ");
      await shell.type("say susp");
      await shell.until("say susp");
      await shell.type("\x1a");
      await shell.until("press Ctrl-Z again");
      if (!await mayStopItself()) await shell.type("\x1a");
      await shell.until("Stopped");
      await shell.type("fg\r");
      await shell.until("say susp");
      await shell.type("ended\r");
      await shell.until("You say: suspended");
      await shell.type("\x04");
      await shell.until(shellPrompt);
      await shell.type("exit\r");
      assertEquals((await shell.end()).code, 0);
    }),
);

terminalTest(
  "Ctrl-Z suspends the game for a screen reader, and fg asks again",
  () =>
    withServer(async (server) => {
      const shell = await openShell();
      const play = ["play", "--fast", "--screen-reader", "--name", "Ada", "--server", server];
      await shell.type(commandLine(...play));
      await shell.until("\r\n> ");
      await shell.type("say lost");
      await shell.until("say lost");
      await shell.type("\x1a");
      await shell.until("Stopped");
      await shell.type("fg\r");
      await shell.until("> ");
      // The terminal dropped what was being typed.
      await shell.type("say back\r");
      await shell.until("You say: back");
      await shell.type("quit\r");
      await shell.until(shellPrompt);
      await shell.type("exit\r");
      assertEquals((await shell.end()).code, 0);
    }),
);

terminalTest(
  "a terminal that is gone ends the shell and the game in order",
  () =>
    withServer(async (server) => {
      const folder = Deno.makeTempDirSync();
      const code = `${folder}/code`;
      await new Deno.Command("mkfifo", { args: [code] }).output();
      const game = ["play", "--data-dir", `${folder}/world`, "--fast", "--no-screen-reader"];
      const programs = [
        [["kv", "shell", "--server", server], "cmud> "],
        [game, "name?"],
        [["play", "--screen-reader", "--server", server], "name?"],
      ] as const;
      for (const [args, question] of programs) {
        const command = [Deno.execPath(), ...denoArguments, ...args].join(" ");
        // The shell outlives the terminal, and tells how the program ended.
        const terminal = new Terminal(`sh -c 'trap : HUP; ${command}; echo $? > ${code}'`);
        await terminal.until(question);
        const ended = new Deno.Command("cat", { args: [code] }).output();
        terminal.hangUp();
        // Either comes first: the end of what is typed, or the signal.
        assertMatch(new TextDecoder().decode((await ended).stdout), /^(0|129)\n$/, args.join(" "));
        await terminal.end();
      }
      Deno.removeSync(folder, { recursive: true });
    }),
);
