import type { Home } from "../../app/play/own_world.ts";
import { runPlay } from "../../app/commands/run_play.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../deps.ts";
import { newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { freePorts } from "../support/ports.ts";
import { FakeConsole, type FakeConsoleOptions } from "../support/app/fake_console.ts";
import { withServer } from "./with_server.ts";

/** Plays as `cmud play --fast` does for somebody with this state directory. */
async function play(
  stateHome: string,
  input: FakeConsoleOptions["input"],
  options: Record<string, unknown> = {},
  startPort = freePorts(2),
): Promise<FakeConsole> {
  const home: Home = { startPort, queryAddress: `127.0.0.1:${startPort + 1}` };
  const console = new FakeConsole({ input, env: { XDG_STATE_HOME: stateHome } });
  const invocation = { arguments: [], options: { fast: true, ...options }, console };
  assertEquals(await runPlay(invocation, home), 0);
  return console;
}

Deno.test("play, quit, and play again: the same character in the same world", async () => {
  using state = new TempDirectory();
  const first = await play(state.path, ["Ada", "move fence", "quit"]);
  assertStringIncludes(
    first.stderr,
    `keeps its world\nfor the next time: ${state.path}/cmud/world`,
  );
  const { stdout } = await play(state.path, ["Ada", "stats", "quit"]);
  assertStringIncludes(stdout, "Place: The Fence");
});

Deno.test("play --ephemeral forgets, and play --data-dir keeps another world", async () => {
  using state = new TempDirectory();
  await play(state.path, ["Ada", "move fence", "quit"]);
  const isNew = /Place: (?!The Fence)/;
  const forgetful = await play(state.path, ["Ada", "stats", "quit"], { ephemeral: true });
  assertMatch(forgetful.stdout, isNew);
  assertStringIncludes(forgetful.stderr, "It forgets all when\nyou quit");
  const dataDir = `${state.path}/other`;
  assertMatch((await play(state.path, ["Ada", "stats", "quit"], { dataDir })).stdout, isNew);
  const again = await play(state.path, ["Ada", "quit"], { dataDir });
  assertStringIncludes(again.stdout, "Ada");
  const kept = await play(state.path, ["Ada", "stats", "quit"]);
  assertStringIncludes(kept.stdout, "Place: The Fence");
});

Deno.test("two plays at once share the world, wherever its server is", async () => {
  using state = new TempDirectory();
  let guest: FakeConsole | undefined;
  const host = await play(state.path, async function* () {
    yield* ["Ada", "move fence"];
    // Somewhere else than the first is: the directory says where that is.
    guest = await play(state.path, ["Bob", "map", "quit"]);
    yield* ["map", "quit"];
  });
  assertEquals(guest!.stderr, "");
  assertStringIncludes(guest!.stdout, "The Fence: Ada\n");
  assertStringIncludes(host.stdout, "Gates 5th Floor: Bob (away)\n");
});

/** Plays until `leave` was called, and then looks around. */
function playOn(stateHome: string, startPort: number, leave: () => Promise<unknown>) {
  return play(
    stateHome,
    async function* () {
      yield* ["Bob", "move bridge"];
      await leave();
      yield* ["stats", "quit"];
    },
    {},
    startPort,
  );
}

Deno.test("a guest keeps the world that its host, who was found at the default address, has left", async () => {
  using state = new TempDirectory();
  const startPort = freePorts(2);
  const leaving = Promise.withResolvers<void>();
  const there = Promise.withResolvers<void>();
  const host = play(
    state.path,
    async function* () {
      yield* ["Ada", "stats"];
      there.resolve();
      await leaving.promise;
      yield "quit";
    },
    {},
    startPort,
  );
  await there.promise;
  const guest = await playOn(state.path, startPort, () => {
    leaving.resolve();
    return host;
  });
  assertStringIncludes(
    (await host).stderr,
    "Your server ends with you. Other games in your world go on with their own.\n",
  );
  assertMatch(
    guest.stdout,
    /\n.*you go on at one of your own\.\nName: Bob\n[^]*: Randy Pausch Bridge\n/,
  );
  const later = await play(state.path, ["Bob", "stats", "quit"]);
  assertStringIncludes(later.stdout, "Place: Randy Pausch Bridge");
});

Deno.test("a guest of a server that keeps something else does not take a world of its own for that", async () => {
  using state = new TempDirectory();
  await play(state.path, ["Bob", "move fence", "quit"]);
  const startPort = freePorts(2);
  const server = await Server.start({ startPort, queryActorCount: 1 });
  const guest = await playOn(state.path, startPort, () => server.close());
  assertStringIncludes(guest.stdout, "The network is having a moment");
  const later = await play(state.path, ["Bob", "stats", "quit"]);
  assertStringIncludes(later.stdout, "Place: The Fence");
});

Deno.test("play says so when its world cannot be used, and touches nothing", async () => {
  using state = new TempDirectory();
  const world = `${state.path}/cmud/world`;
  Deno.mkdirSync(world, { recursive: true });
  newDataFile(world);
  Deno.writeTextFileSync(`${world}/cmud.db`, "something else");
  const console = new FakeConsole({ env: { XDG_STATE_HOME: state.path } });
  const startPort = freePorts(2);
  const home: Home = { startPort, queryAddress: `127.0.0.1:${startPort + 1}` };
  const played = () => runPlay({ arguments: [], options: { fast: true }, console }, home);
  await assertRejects(played, Error, "was not made by cmud");
  assertStringIncludes(console.stderr, "To play without it: cmud play --ephemeral");
  assertEquals(Deno.readTextFileSync(`${world}/cmud.db`), "something else");
});

Deno.test("play refuses options that contradict each other", () =>
  withServer(async (server) => {
    const cases = [{ dataDir: "/nowhere", ephemeral: true }, { dataDir: "/nowhere", server }];
    for (const options of cases) {
      const console = new FakeConsole();
      const played = () => runPlay({ arguments: [], options, console });
      const error = await assertRejects(played, Error, "Cannot use --data-dir with");
      assert(error.name === "UsageError");
    }
  }));

Deno.test("nobody else on the machine gets into one's own world, and its token is its owner's alone", async () => {
  using state = new TempDirectory();
  const startPort = freePorts(2);
  const address = `127.0.0.1:${startPort + 1}`;
  const file = `${state.path}/cmud/play-127.0.0.1_${startPort + 1}.token`;
  for (const options of [{}, { ephemeral: true }]) {
    let others: FakeConsole | undefined;
    const lookAround = async () => {
      await using stranger = new Client(address);
      const { code } = await assertRejects(() => stranger.get("key"), RpcError);
      assertEquals(code, "unauthorized");
      using system = await RawSocket.connect(`127.0.0.1:${startPort}`);
      assertEquals((await system.askInVain("Describe")).code, "unauthorized");
      assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
      assertEquals((await Deno.stat(`${state.path}/cmud`)).mode! & 0o077, 0);
      // Somebody else has a state directory of his own, and so a world of his own.
      using other = new TempDirectory();
      others = await play(other.path, ["Bob", "map", "quit"], {}, startPort);
    };
    const own = async function* () {
      yield* ["Ada", "move fence"];
      await lookAround();
      yield "quit";
    };
    const host = await play(state.path, own, options, startPort);
    assertStringIncludes(others!.stderr, "so you play on a server of your own");
    assert(!(host.stdout + host.stderr + others!.stdout).includes("cmud_"), "a token is printed");
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
  }
});
