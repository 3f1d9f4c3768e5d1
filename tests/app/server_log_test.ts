import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLess, msgpackEncode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, frameOf } from "../support/rpc/wire.ts";
import { inTime } from "../support/in_time.ts";
import { logLineFault } from "../support/log_lines.ts";
import { missing, testUnless } from "../support/needs.ts";
import {
  cmudProcess,
  denoArguments,
  type ServerProcess,
  startServerProcess,
} from "../support/app/cmud_process.ts";

const MiB = 1024 * 1024;

/** What a terminal would obey, and far too much of it. */
const forged = `\x1b[2J\x1b]0;owned\x07\r\n2026-01-01T00:00:00.000Z error \u202e${
  "x".repeat(3 * MiB)
}`;

/** Greets a server as another one that advertises `advertised`. */
async function greet({ ready }: Pick<ServerProcess, "ready">, advertised: string) {
  const { address, incarnation, syncActor } = JSON.parse(ready.description);
  const socket = await RawSocket.connect(address);
  await socket.ask("Hello", 1, advertised, "another", incarnation);
  return { socket, syncActor };
}

/** Greets a server and tells its sync actor something that it refuses, as another server would. */
async function tellSyncActor(server: ServerProcess, message: unknown): Promise<void> {
  const { socket, syncActor } = await greet(server, "127.0.0.1:1");
  using _socket = socket;
  await socket.send(frameOf([2, "Tell", [syncActor, msgpackEncode(message)]]));
  await socket.expectEnd();
}

/** A message from the sync actor of `from`. */
function peerMessage(from: unknown, entries: Uint8Array = msgpackEncode([])) {
  const numbers = { wantsState: 0, stateDone: 0 };
  return { type: "peer", from, entries, peers: [], ...numbers };
}

/** Entries as they travel: one, by `uid`. */
function entryBy(uid: string): Uint8Array {
  const parts = [[uid], 1, "key", "value", Date.now(), 0, 0];
  return concat(...parts.map((part) => msgpackEncode(part)));
}

/** Answers as the system port of a server that refuses every greeting. */
function refusingServer(reason: string): {
  address: string;
  /** Resolves when somebody has greeted it, was refused, and has left. */
  left: Promise<void>;
  close(): Promise<void>;
} {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const description = JSON.stringify({
    cmud: 1,
    address,
    incarnation: "0".repeat(16),
    syncActor: 1,
  });
  const left = Promise.withResolvers<void>();
  const serve = async (conn: Deno.Conn) => {
    const buffer = new Uint8Array(65_536);
    const count = await conn.read(buffer) ?? 0;
    const isDescribe = new TextDecoder().decode(buffer.subarray(0, count)).includes("Describe");
    const reply = isDescribe ? [1, 1, null, description] : [1, 1, ["bad_request", reason], null];
    for (let rest = frameOf(reply) as Uint8Array; rest.length > 0;) {
      rest = rest.subarray(await conn.write(rest));
    }
    while (await conn.read(buffer) !== null);
    if (!isDescribe) left.resolve();
  };
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const conn of listener) {
      all.push(serve(conn).catch(() => {}).finally(() => conn.close()));
    }
    await Promise.all(all);
  })();
  return { address, left: left.promise, close: async () => (listener.close(), await serving) };
}

/** Lines of a log, each of them found to be one: printable, bounded, with time and level. */
function linesOf(stderr: string): string[] {
  const lines = stderr.split("\n");
  assertEquals(lines.pop(), "");
  for (const line of lines) assertEquals(logLineFault(line), undefined, line.slice(0, 200));
  return lines;
}

/** How many events lines of a kind stand for. */
function eventsIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => {
    const [, count = "1"] = / \(([\d,]+) times in \d+ s\)$/.exec(line) ?? [];
    return sum + Number(count.replaceAll(",", ""));
  }, 0);
}

Deno.test("what a peer forges is a bounded line for each kind, and counted when it repeats", async () => {
  const refusing = refusingServer(forged.slice(0, 1_000));
  const server = await startServerProcess([
    ...["--actors", "2", "--threads", "2", "--join", refusing.address],
  ]);
  const peer = { address: forged, incarnation: "1", counter: 1 };
  await tellSyncActor(server, peerMessage(peer));
  const sender = { address: "127.0.0.1:1", incarnation: "another", counter: 1 };
  await tellSyncActor(server, peerMessage(sender, entryBy(forged)));
  const rounds = 100;
  for (let i = 0; i < rounds; i++) await tellSyncActor(server, null);
  const { code, stderr } = await server.stop();
  await refusing.close();
  assertEquals(code, 0);
  const lines = linesOf(stderr);
  const of = (part: string) => lines.filter((line) => line.includes(part));
  assertEquals(of("is known").length, 1);
  assertEquals(of("it refuses reason=").length, 1);
  assertLess(of("What comes from 127.0.0.1 is refused").length, 6);
  assertEquals(eventsIn(of("What comes from 127.0.0.1 is refused")), rounds + 2);
  // None of it has a trace.
  assertEquals(of("    at ").concat(of("trace=")), []);
  assertLess(lines.length, 15);
});

Deno.test("server --log-format json logs objects, and --log-level leaves out what matters less", async () => {
  const other = await startServerProcess();
  const json = await startServerProcess(["--log-format", "json", "--join", other.ready.address]);
  const quiet = await startServerProcess(["--log-level", "error", "--join", other.ready.address]);
  await tellSyncActor(json, null);
  await tellSyncActor(quiet, null);
  assertEquals((await quiet.stop()).stderr, "");
  const { stderr } = await json.stop();
  const records = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  const known = records.find(({ message }) => message === `Peer ${other.ready.address} is known`);
  assertEquals([known.level, known.peer], ["info", other.ready.address]);
  assertEquals(new Date(known.time).toISOString(), known.time);
  assert(records.some(({ level, peer }) => level === "warn" && peer === "127.0.0.1"));
  await other.end("SIGTERM");
  const { code, stderr: usage } = await cmudProcess(["server", "--log-level", "loud"]);
  assertEquals(code, 64);
  assert(usage.includes("Allowed are debug, info, warn and error."), usage);
});

/** Runs a program whose stderr is a pipe that is full already and that nobody reads. */
const fullPipe = (isNonBlocking: boolean) =>
  `use Fcntl; $^F = 99; pipe(my $r, my $w) or die; my $flags = fcntl($w, F_GETFL, 0);
  fcntl($w, F_SETFL, $flags | O_NONBLOCK) or die; 1 while syswrite($w, "x" x 4096);
  1 while syswrite($w, "x");
  ${isNonBlocking ? "" : "fcntl($w, F_SETFL, $flags) or die;"}
  open(STDERR, ">&", $w); exec @ARGV`;

for (const isNonBlocking of [false, true]) {
  testUnless(
    missing("perl"),
    `a server answers and stops in order when its ${
      isNonBlocking ? "non-blocking " : ""
    }stderr is full`,
    async () => {
      const command = [Deno.execPath(), ...denoArguments, "server", "--port", "0", "--actors", "1"];
      const child = new Deno.Command("perl", {
        args: ["-e", fullPipe(isNonBlocking), ...command, "--json"],
        ...{ stdin: "null", stdout: "piped", stderr: "null" },
      }).spawn();
      // One that waits for a reader would wait for ever.
      const watchdog = setTimeout(() => child.kill("SIGKILL"), 20_000);
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("\n")) text += (await reader.read()).value ?? "";
      const ready = JSON.parse(text.split("\n", 1)[0]);
      // Each refuses to be greeted, which is a line about it.
      const peers = Array.from({ length: 50 }, () => refusingServer(forged.slice(0, 1_000)));
      await Promise.all(peers.map(async ({ address, left }) => {
        const { socket } = await greet({ ready }, address);
        await inTime(left, 15_000, () => child.kill("SIGKILL"));
        socket[Symbol.dispose]();
      }));
      const client = new Client(new FixedRouter(ready.queryAddresses[0]));
      await client.put("key", "value");
      assertEquals(await client.get("key"), "value");
      await client.close();
      child.kill("SIGTERM");
      const { code } = await child.status;
      clearTimeout(watchdog);
      await reader.cancel();
      await Promise.all(peers.map((peer) => peer.close()));
      assertEquals(code, 0);
    },
  );
}
