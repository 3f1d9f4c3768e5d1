import { assertEquals, assertStringIncludes } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { cmudProcess, denoArguments } from "../support/app/cmud_process.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";

const lacking = missing("perl");

const nonBlocking = "use Fcntl; sub calm { fcntl($_[0], F_SETFL, fcntl($_[0], F_GETFL, 0) | " +
  "O_NONBLOCK) or die } $^F = 99; pipe(my $r, my $w) or die; binmode $r; binmode STDOUT; $| = 1;";

/** Runs a program whose stdout and stderr are one non-blocking pipe, and gives on what comes out slowly. */
const slowReader = `${nonBlocking} calm($w);
  if (!(my $pid = fork)) { open(STDOUT, ">&", $w); open(STDERR, ">&", $w); close $r; close $w; exec @ARGV }
  close $w; select(undef, undef, undef, 0.3);
  while (sysread($r, my $part, 5000)) { syswrite(STDOUT, $part); select(undef, undef, undef, 0.002) }
  wait; exit($? >> 8)`;

/** Runs a program whose stdin is a non-blocking pipe into which lines come after some time. */
const slowWriter = `${nonBlocking} calm($r);
  if (!(my $pid = fork)) { open(STDIN, "<&", $r); close $r; close $w; exec @ARGV }
  close $r; for my $part ("put a on", "e\\nput b two\\n", "get a\\n") {
    select(undef, undef, undef, 0.4); syswrite($w, $part) }
  close $w; wait; exit($? >> 8)`;

async function run(script: string, args: readonly string[]) {
  const command = ["-e", script, Deno.execPath(), ...denoArguments, ...args];
  const { code, stdout, stderr } = await new Deno.Command("perl", { args: command }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

testUnless(
  lacking,
  "kv export and list write each byte once to a pipe that somebody made non-blocking",
  () =>
    withServer(async (server) => {
      const lines = Array.from(
        { length: 3_000 },
        (_, i) => JSON.stringify({ key: `k${10_000 + i}`, value: "v".repeat(i % 200) }) + "\n",
      );
      lines.push(JSON.stringify({ key: "long", value: "w".repeat(100_000) }) + "\n");
      await cmudProcess(["kv", "import", "--server", server], lines.join(""));
      for (const command of ["export", "list"]) {
        const args = ["kv", command, "--server", server];
        const expected = await cmudProcess(args);
        const found = await run(slowReader, args);
        assertEquals({ ...found, stdout: found.stdout === expected.stdout + expected.stderr }, {
          code: 0,
          stdout: true,
          stderr: "",
        });
      }
    }),
);

testUnless(
  lacking,
  "kv shell waits for lines from a pipe that somebody made non-blocking",
  () =>
    withServer(async (server) => {
      const { code, stdout, stderr } = await run(slowWriter, ["kv", "shell", "--server", server]);
      assertEquals({ code, stdout, stderr }, { code: 0, stdout: "one\n", stderr: "" });
    }),
);

terminalTest(
  "kv shell works on a terminal that somebody made non-blocking",
  () =>
    withServer(async (server) => {
      const script = `'use Fcntl; fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_NONBLOCK) ` +
        `or die; exec @ARGV'`;
      const program = [Deno.execPath(), ...denoArguments, "kv", "shell", "--server", server];
      const terminal = new Terminal(`perl -e ${script} ${program.join(" ")}`);
      await terminal.until("cmud> ");
      await terminal.type(`put a ${"z".repeat(900)}\r`);
      await terminal.until("cmud> ");
      await terminal.type("get a\r");
      assertStringIncludes(await terminal.until("cmud> "), `${"z".repeat(900)}\r\n`);
      await terminal.type("\x04");
      assertEquals((await terminal.end()).code, 0);
    }),
  lacking,
);
