import { assertEquals, assertStringIncludes } from "../deps.ts";
import { denoArguments } from "./cmud_process.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const shellPrompt = "SH% ";

/** A shell with job control. */
async function openShell(): Promise<Terminal> {
  const shell = new Terminal(`env PS1='${shellPrompt}' bash --norc --noprofile --noediting -i`);
  await shell.until(shellPrompt);
  return shell;
}

function commandLine(...args: string[]): string {
  return [Deno.execPath(), ...denoArguments, ...args].join(" ") + "\r";
}

terminalTest(
  "Ctrl-Z suspends kv shell, and fg brings the line being typed back",
  () =>
    withServer(async (server) => {
      const shell = await openShell();
      await shell.type(commandLine("kv", "shell", "--server", server));
      await shell.until("cmud> ");
      await shell.type("put a suspended");
      await shell.until("suspended");
      await shell.type("\x1a");
      // Where Deno may not stop a process, not even its own, it takes a second one.
      await shell.until("press Ctrl-Z again");
      await shell.type("\x1a");
      await shell.until(shellPrompt);
      await shell.type("\r");
      await shell.until(shellPrompt);
      await shell.type("stty -a | grep -c -e -icanon\r");
      assertStringIncludes(await shell.until(shellPrompt), "\r\n0\r\n");
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
