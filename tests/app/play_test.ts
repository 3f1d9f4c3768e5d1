import type { Home } from "../../app/play/own_world.ts";
import { hashOfToken, newToken } from "../../access/mod.ts";
import { runPlay } from "../../app/commands/run_play.ts";
import { Client, RpcError } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "../deps.ts";
import { Server } from "../../kvserver/mod.ts";
import { areFree, freePorts, rebinding } from "../support/ports.ts";
import { cmudProcess } from "../support/app/cmud_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { FakeConsole, type FakeConsoleOptions, runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

const script = ["Ada", "stats", "mine 2", "buy cpu", "map", "quit"];

Deno.test("play plays a script from a pipe, without an escape sequence", () =>
  withServer(async (server) => {
    const { code, stdout, stderr } = await cmudProcess(
      ["play", "--fast", "--server", server],
      script.join("\n") + "\n",
    );
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assert(!stdout.includes("\x1b"));
    for (const line of ["Name: Ada", "Rank: Undergraduate", "Gates 5th Floor: Ada (you)"]) {
      assertStringIncludes(stdout, line);
    }
  }));

Deno.test("play ends with 0 at the end of input, wherever that is", () =>
  withServer(async (server) => {
    for (let length = 0; length < script.length; length++) {
      const input = script.slice(0, length);
      const { code, stderr } = await runCmud(["play", "--fast", "--server", server], { input });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
    }
  }));

Deno.test("play refuses a line from a pipe that is not text, and goes on with the next", () =>
  withServer(async (server) => {
    const input = [undefined, "Ada", undefined, "stats", undefined, "quit"];
    const { code, stdout, stderr } = await runCmud(["play", "--fast", "--server", server], {
      input,
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(stdout.split("no text in UTF-8").length - 1, 3);
    assertStringIncludes(stdout, "Name: Ada");
    assertStringIncludes(stdout, "Goodbye, Ada.");
  }));

Deno.test("play goes on with a character, and --name asks for none", () =>
  withServer(async (server) => {
    const args = ["play", "--fast", "--name", "Ada", "--server", server];
    await runCmud(args, { input: ["move bridge", "quit"] });
    const { stdout } = await runCmud(args, { input: ["stats"] });
    assertStringIncludes(stdout, "Place: Randy Pausch Bridge");
    assert(!stdout.includes("What is your name?"));
  }));

Deno.test("play ends with 69 when the named server does not answer, with 64 for a bad name", async () => {
  const dead = await runCmud(["play", "--server", deadAddress()]);
  assertEquals({ code: dead.code, stdout: dead.stdout }, { code: 69, stdout: "" });
  assertEquals((await runCmud(["play", "--name", "a b"])).code, 64);
});

Deno.test("play asks nothing of the player when it was given a system port", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const { code, stdout, stderr } = await runCmud(["play", "--server", server.address]);
  await server.close();
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertStringIncludes(stderr, "Is that a system port?");
});

Deno.test("play starts a server of its own beside one whose system port is at the default", async () => {
  const startPort = freePorts(2);
  const server = await Server.start({ startPort: startPort + 1, queryActorCount: 1 });
  const { code, stdout } = await playAt(
    { startPort, queryAddress: server.address },
    script,
  );
  await server.close();
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Name: Ada");
});

Deno.test("play tells the player when the server is gone, and lets them go on", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const [address] = server.queryAddresses;
  const input = async function* () {
    yield* ["Ada", "mine"];
    await server.close();
    yield* ["stats", "help", "quit"];
  };
  const { code, stdout } = await runCmud(["play", "--fast", "--server", address], { input });
  assertEquals(code, 0);
  assertStringIncludes(
    stdout,
    `The network is having a moment: nobody answers at ${address}.\n`,
  );
  assertStringIncludes(stdout, "mine [N]");
  assertStringIncludes(stdout, "They may be lost; the network is sorry.\nGoodbye, Ada");
  assert(!/error|Cannot/i.test(stdout), stdout);
});

Deno.test("play goes on at a server that has come back, and nothing is lost", async () => {
  const startPort = freePorts(2);
  const first = await Server.start({ startPort, queryActorCount: 1 });
  const [address] = first.queryAddresses;
  let second: Server | undefined;
  const input = async function* () {
    yield* ["Ada", "mine 30"];
    await first.close();
    yield "stats";
    second = await rebinding(() => Server.start({ startPort, queryActorCount: 1 }));
    // The first may still meet a connection that was refused before.
    yield* ["inv", "inv", "quit"];
  };
  const { code, stdout } = await runCmud(["play", "--fast", "--server", address], { input });
  await second!.close();
  assertEquals(code, 0);
  const [, found] = /That makes (\d+) coins/.exec(stdout)!;
  assertStringIncludes(stdout, `Coins: ${found}\n`);
});

Deno.test("play starts a server of its own where others find it, and says that it ends", async () => {
  const home = freeHome();
  // Both have one account, whose files say how to get in.
  using state = new TempDirectory();
  const env = { XDG_STATE_HOME: state.path };
  let guest: Played | undefined;
  const host = await playAt(home, async function* () {
    yield* ["Ada", "move fence"];
    guest = await playAt(home, ["Bob", "map", "quit"], env);
    yield* ["map", "quit"];
  }, env);
  assertEquals({ code: guest!.code, stderr: guest!.stderr }, { code: 0, stderr: "" });
  assertStringIncludes(guest!.stdout, "The Fence: Ada\n");
  assertEquals(host.code, 0);
  assertStringIncludes(host.stdout, "Gates 5th Floor: Bob (away)\n");
  assertStringIncludes(host.stderr, "you play on a server of your own");
  assertStringIncludes(host.stderr, "Your server ends with you.");
  for (const line of host.stderr.split("\n")) assertLessOrEqual(line.length, 80);
});

Deno.test("play says that a server does not let it in, and plays there with the token that does", async () => {
  const home = freeHome();
  const token = newToken();
  const entry = { name: "all", hash: hashOfToken(token), role: "write", prefixes: [] } as const;
  const server = await Server.start({
    ...{ startPort: home.startPort, queryActorCount: 1, tokens: [entry] },
  });
  const there = await playAt(home, script, { CMUD_TOKEN: token });
  assertEquals({ code: there.code, stderr: there.stderr }, { code: 0, stderr: "" });
  await using client = new Client(home.queryAddress, { token });
  assertEquals(await client.get("player/Ada"), "true");
  for (const CMUD_TOKEN of ["", newToken()]) {
    const { code, stdout, stderr } = await playAt(home, ["Bob", "stats", "quit"], { CMUD_TOKEN });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Name: Bob");
    assertStringIncludes(stderr, `The server at ${home.queryAddress} does not let you in,\n`);
    assertStringIncludes(stderr, "so you play on a server of your own");
  }
  assertEquals(await client.get("player/Bob"), undefined);
  await server.close();
});

Deno.test("play finds any free port for its own server when the default one is taken", async () => {
  const home = freeHome();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: home.startPort });
  const { code, stdout, stderr } = await playAt(home, script);
  taken.close();
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Name: Ada");
  assertStringIncludes(stderr, "you play on a server of your own");
  assert(!stderr.includes("ends with you"));
});

Deno.test("play asks the server that $CMUD_SERVER names", () =>
  withServer(async (server) => {
    const env = { CMUD_SERVER: server };
    await runCmud(["play", "--fast"], { input: ["Ada", "move bridge"], env });
    const { code, stdout, stderr } = await runCmud(["kv", "get", "place/Ada"], { env });
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: "bridge\n", stderr: "" });
    const dead = await runCmud(["play"], { env: { CMUD_SERVER: deadAddress() } });
    assertEquals(dead.code, 69);
  }));

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`play closes its own server at ${signal}, and ends with ${code}`, async () => {
    const home = freeHome();
    const console = new FakeConsole({
      input: async function* () {
        yield "Ada";
        console.signal(signal);
        await new Promise(() => {});
      },
    });
    const exitCode = await runPlay({
      arguments: [],
      options: { fast: true, ephemeral: true },
      console,
    }, home);
    assertEquals(exitCode, code);
    assert(areFree(home.startPort));
  });
}

Deno.test("play ends, and retries nothing, when the server refuses a write", () =>
  withServer(async (server) => {
    const put = Client.prototype.put;
    let refused = 0;
    Client.prototype.put = function (key, value) {
      if (!key.startsWith("mined/")) return put.call(this, key, value);
      refused++;
      return Promise.reject(new RpcError("too_large", "Cannot Put: the value is too large"));
    };
    try {
      const input = ["Ada", "mine 50", "mine 50"];
      const { code, stderr } = await runCmud(["play", "--fast", "--server", server], { input });
      assertEquals({ code, refused }, { code: 64, refused: 1 });
      assertStringIncludes(stderr, "Cannot Put: the value is too large");
    } finally {
      Client.prototype.put = put;
    }
  }));

interface Played {
  code: number;
  stdout: string;
  stderr: string;
}

/** Plays as `cmud play --fast` does where `home` is the default. */
async function playAt(
  home: Home,
  input: FakeConsoleOptions["input"],
  env: FakeConsoleOptions["env"] = {},
): Promise<Played> {
  const console = new FakeConsole({ input, env });
  const code = await runPlay(
    { arguments: [], options: { fast: true, ephemeral: true }, console },
    home,
  );
  return { code, stdout: console.stdout, stderr: console.stderr };
}

/** A home on two neighbouring ports where nobody listens. */
function freeHome(): Home {
  const startPort = freePorts(2);
  return { startPort, queryAddress: `127.0.0.1:${startPort + 1}` };
}
