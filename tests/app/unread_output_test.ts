/** A pipe that nobody reads from fills up, and whoever writes to it waits: a signal must end that. */

import { Client } from "../../kvclient/mod.ts";
import { assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { denoArguments, spawnCmud } from "../support/app/cmud_process.ts";
import { withServer } from "./with_server.ts";

const deadlineMs = 30_000;

/** More than any pipe holds. */
const long = "x".repeat(1_000_000);

/** Sends a signal to a program that has begun to write. @returns its exit code. */
async function endedBy(signal: Deno.Signal, child: Deno.ChildProcess): Promise<number> {
  const stdout = child.stdout.getReader();
  await stdout.read();
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const { code } = await child.status;
  clearTimeout(timer);
  await Promise.all([stdout.cancel(), child.stderr.cancel()]);
  return code;
}

const withLongValue = (use: (at: readonly string[]) => Promise<void>) =>
  withServer(async (server) => {
    await using client = new Client(server);
    await client.put("long", long);
    await use(["--server", server]);
  });

/** The same program, with a stdout that somebody made non-blocking. */
function spawnNonBlocking(args: readonly string[]): Deno.ChildProcess {
  const script =
    "use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK) or die; " +
    "exec @ARGV";
  return new Deno.Command("perl", {
    args: ["-e", script, Deno.execPath(), ...denoArguments, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function spawnShell(at: readonly string[]): Promise<Deno.ChildProcess> {
  const child = spawnCmud(["kv", "shell", ...at], { stdin: "piped" });
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode("get long\n"));
  await input.close();
  return child;
}

const codeBySignal = [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const;

for (const [signal, code] of codeBySignal) {
  Deno.test(`${signal} ends a command whose output nobody reads`, () =>
    withLongValue(async (at) => {
      for (const args of [["get", "long"], ["list"], ["scan"], ["export"]]) {
        const found = await endedBy(signal, spawnCmud(["kv", ...args, ...at]));
        assertEquals(found, code, args.join(" "));
      }
      assertEquals(await endedBy(signal, await spawnShell(at)), code, "shell");
    }));
}

testUnless(
  missing("perl"),
  "SIGTERM ends a command whose output, made non-blocking, nobody reads",
  () =>
    withLongValue(async (at) => {
      assertEquals(await endedBy("SIGTERM", spawnNonBlocking(["kv", "get", "long", ...at])), 143);
    }),
);
