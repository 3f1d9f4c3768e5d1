import { assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { denoArguments } from "./cmud_process.ts";
import { runCmud } from "./fake_console.ts";
import { withServer } from "./with_server.ts";

/**
 * Runs the program behind `$ARGV[1..]` with a stream that somebody made non-blocking. Its stdout is read
 * slowly, in odd pieces, and passed on; its stdin comes late and in two parts.
 */
const nonBlocking = `
use Fcntl;
my $which = shift;
pipe(my $r, my $w) or die;
my $theirs = $which eq "stdin" ? $r : $w;
fcntl($theirs, F_SETFL, fcntl($theirs, F_GETFL, 0) | O_NONBLOCK) or die;
my $pid = fork();
if ($pid == 0) {
  if ($which eq "stdin") { open(STDIN, "<&", $r) or die; }
  elsif ($which eq "stdout") { open(STDOUT, ">&", $w) or die; }
  else { open(STDERR, ">&", $w) or die; }
  close $r; close $w;
  exec @ARGV;
}
if ($which eq "stdin") {
  close $r;
  my $all = do { local $/; <STDIN> };
  my $half = int(length($all) / 2);
  # The program has begun to read, and found nothing, by then.
  select(undef, undef, undef, 0.7);
  syswrite $w, substr($all, 0, $half);
  select(undef, undef, undef, 0.1);
  for (my $at = $half; $at < length($all);) { $at += syswrite($w, $all, 65536, $at); }
  close $w;
} else {
  close $w;
  while (sysread($r, my $part, 3001)) {
    syswrite STDOUT, $part;
    select(undef, undef, undef, 0.001);
  }
}
waitpid $pid, 0;
exit($? >> 8);
`;

async function cmudWithNonBlocking(which: string, args: readonly string[], input = "") {
  const child = new Deno.Command("perl", {
    args: ["-e", nonBlocking, which, Deno.execPath(), ...denoArguments, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const lacking = missing("perl");

testUnless(
  lacking,
  "an export is whole, once, when its stdout is non-blocking and slow",
  () =>
    withServer(async (server) => {
      const at = ["--server", server];
      const lines = Array.from({ length: 3_000 }, (_, i) => {
        const value = i % 100 === 0 ? "long ".repeat(2_000) : "x".repeat(i % 90);
        return JSON.stringify({ key: `key/${String(i).padStart(5, "0")}`, value }) + "\n";
      });
      const imported = await cmudWithNonBlocking("stdin", ["kv", "import", ...at], lines.join(""));
      assertEquals([imported.code, imported.stdout], [0, ""], imported.stderr);
      const exported = await cmudWithNonBlocking("stdout", ["kv", "export", ...at]);
      assertEquals([exported.code, exported.stderr.includes("rror")], [0, false]);
      assertEquals(exported.stdout.length, lines.join("").length);
      assertEquals(exported.stdout === lines.join(""), true);
      const listed = await cmudWithNonBlocking("stdout", ["kv", "list", "key/", ...at]);
      const plain = await runCmud(["kv", "list", "key/", ...at]);
      assertEquals(listed.stdout === plain.stdout, true);
    }),
);

testUnless(
  lacking,
  "a shell answers every line when its stdin is non-blocking",
  () =>
    withServer(async (server) => {
      const input = "put a 1\nput b 2\nlist\nexit\n";
      const { code, stdout, stderr } = await cmudWithNonBlocking(
        "stdin",
        ["kv", "shell", "--server", server],
        input,
      );
      assertEquals([code, stdout], [0, "a\t1\nb\t2\n"], stderr);
    }),
);

testUnless(
  lacking,
  "help is whole when the stdout or stderr that it goes to is non-blocking",
  async () => {
    const { stdout } = await runCmud(["help", "kv"]);
    assertEquals((await cmudWithNonBlocking("stdout", ["help", "kv"])).stdout, stdout);
    const told = await runCmud(["kv", "gte"]);
    assertEquals((await cmudWithNonBlocking("stderr", ["kv", "gte"])).stdout, told.stderr);
  },
);
