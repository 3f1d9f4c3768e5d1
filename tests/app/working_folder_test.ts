/** A working folder that is gone. */

import { TempDirectory } from "../support/disk/temp_directory.ts";
import { assert, assertEquals } from "../deps.ts";
import { lackingLinux, testUnless } from "../support/needs.ts";
import { denoArguments, spawnCmud } from "../support/app/cmud_process.ts";
import { withServer } from "./with_server.ts";

/** Talks to a program that reads lines from a pipe. */
class Talk {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #output: ReadableStreamDefaultReader<string>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Writes lines, and waits until `text` was answered. */
  async say(lines: string, text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(lines));
    for (let seen = ""; !seen.includes(text);) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`It ended without ${text} in: ${seen}`);
      seen += value;
    }
  }

  async end(): Promise<{ code: number; stderr: string }> {
    await this.#input.close();
    const [{ code }, stderr] = await Promise.all([
      this.#child.status,
      new Response(this.#child.stderr).text(),
      this.#output.cancel(),
    ]);
    return { code, stderr };
  }
}

testUnless(
  lackingLinux,
  "a working folder that is removed meanwhile is not missed",
  () =>
    withServer(async (server) => {
      using world = new TempDirectory();
      const own = ["play", "--fast", "--name", "Ada", "--data-dir", `${world.path}/world`];
      const programs = [
        [["kv", "shell", "--server", server], "put a 1\nget a\n", "1\n", "get a\n", "1\n"],
        [own, "stats\n", "Coins: 0", "say hello\n", "You say: hello"],
        [["play", "--fast", "--server", server], "Bob\nmap\n", "Bob", "say hi\n", "You say: hi"],
      ] as const;
      for (const [args, first, answer, second, answer2] of programs) {
        const cwd = Deno.makeTempDirSync();
        const talk = new Talk(spawnCmud(args, { stdin: "piped", cwd }));
        await talk.say(first, answer);
        Deno.removeSync(cwd);
        await talk.say(second, answer2);
        assertEquals((await talk.end()).code, 0, args.join(" "));
      }
    }),
);

testUnless(
  lackingLinux,
  "in a working folder that was removed Deno does not start, as the docs say",
  async () => {
    const folder = Deno.makeTempDirSync();
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'rmdir "$PWD"; exec "$@"', "sh", Deno.execPath(), ...denoArguments, "version"],
      cwd: folder,
    }).output();
    assertEquals(code, 1);
    assert(stderr.length > 0);
  },
);
