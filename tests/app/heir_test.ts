/** Whoever keeps a world leaves it, and those who play there go on: real processes, real sockets. */

import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "../deps.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { spawnCmud } from "../support/app/cmud_process.ts";

/** The figure that the player is promised. */
const goOnMsMax = 5_000;

/** How long a text may take to be printed: long enough for a machine that has much else to do. */
const deadlineMs = 20_000;

/** The state directories of those who play in a world: they have one account. */
function stateHomeOf(dataDir: string): string {
  return `${dataDir}-state`;
}

/** The token of the server at an address, which only the account of its player can read. */
function tokenAt(address: string, dataDir: string): string {
  const name = `play-${address.replace(":", "_")}.token`;
  return Deno.readTextFileSync(`${stateHomeOf(dataDir)}/cmud/${name}`).trim();
}

/** A player in a pipe. */
class Player {
  #child: Deno.ChildProcess;
  #lines: WritableStreamDefaultWriter<Uint8Array>;
  #output: ReadableStreamDefaultReader<string>;
  #unread = "";
  #stderr: Promise<string>;

  constructor(name: string, dataDir: string) {
    const args = ["play", "--fast", "--name", name, "--data-dir", dataDir];
    this.#child = spawnCmud(args, {
      stdin: "piped",
      env: { XDG_STATE_HOME: stateHomeOf(dataDir) },
    });
    this.#lines = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = new Response(this.#child.stderr).text();
  }

  type(line: string): Promise<void> {
    return this.#lines.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Waits until `pattern` is printed, and gives all that was since the last call. */
  async until(pattern: RegExp): Promise<string> {
    const timer = setTimeout(() => this.kill(), deadlineMs);
    for (;;) {
      const end = pattern.exec(this.#unread);
      if (end !== null) {
        clearTimeout(timer);
        const seen = this.#unread.slice(0, end.index + end[0].length);
        this.#unread = this.#unread.slice(seen.length);
        return seen;
      }
      const { value, done } = await this.#output.read();
      if (done) {
        const said = `${this.#unread}\n${await this.#stderr}`;
        throw new Error(`The game ended without ${pattern} in: ${said}`);
      }
      this.#unread += value;
    }
  }

  /** How the player is, as the game says it. */
  async shown(): Promise<string> {
    await this.type("inv");
    await this.type("stats");
    return await this.until(/Place: .*\n/);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Sends a signal, as the system does when a terminal is closed. */
  hangUp(): void {
    this.#child.kill("SIGHUP");
  }

  /** Ends the game. @returns what else it printed. */
  async end(quit = true): Promise<{ code: number; stdout: string; stderr: string }> {
    if (quit) await this.type("quit");
    let stdout = this.#unread;
    for (;;) {
      const { value, done } = await this.#output.read();
      if (done) break;
      stdout += value;
    }
    await this.#lines.close().catch(() => {});
    return { code: (await this.#child.status).code, stdout, stderr: await this.#stderr };
  }
}

Deno.test("whoever keeps a world leaves it, or is killed: the others go on within 5 s as they were", async () => {
  using directory = new TempDirectory();
  const world = { path: `${directory.path}/world` };
  const host = new Player("Ada", world.path);
  await host.shown();
  const owner = JSON.parse(Deno.readTextFileSync(`${world.path}/owner.json`));
  const [address] = owner.queryAddresses;
  const client = new Client(new FixedRouter(address), { token: tokenAt(address, world.path) });
  await client.put("rank/Bob/Masters", "true");
  await client.close();
  const guests = ["Bob", "Cleo"].map((name) => new Player(name, world.path));
  for (const guest of guests) {
    for (const line of ["mine 40", "buy cpu 3", "move bridge"]) await guest.type(line);
  }
  const before = await Promise.all(guests.map((guest) => guest.shown()));
  assertMatch(before[0], /Coins: \d+\nXeon CPUs: 4\n[^]*Rank: Masters\n[^]*Randy Pausch Bridge/);
  const last = (text: string) => /Coins: .*\nXeon[^]*$/.exec(text)![0].replace(told, "");
  const told = `The server at ${
    owner.queryAddresses[0]
  } does not answer; you go on at one of your own.\n`;

  assertEquals((await host.end()).code, 0);
  const leftMs = performance.now();
  const after = await Promise.all(guests.map((guest) => guest.shown()));
  assertLess(performance.now() - leftMs, goOnMsMax);
  assertEquals(after.map(last), before.map(last));
  // Both in one world: the one keeps it, the other is a guest there.
  assertEquals(after.filter((text) => text.includes(told)).length, 1);
  const heir = after[0].includes(told) ? 0 : 1;
  const [first, second] = [guests[heir], guests[1 - heir]];
  await first.type("say still here");
  await first.until(/You say: still here\n/);
  await second.type("look");
  await second.until(/says: still here \(.*\)\n/);

  await second.type("mine 5");
  const rich = await second.shown();
  first.kill();
  await first.end(false);
  const killedMs = performance.now();
  const alone = await second.shown();
  assertLess(performance.now() - killedMs, goOnMsMax);
  assertEquals(last(alone), last(rich));
  assertStringIncludes(alone, "you go on at one of your own.");
  assert(!(after.join() + alone).includes("having a moment"));
  assertEquals((await second.end()).code, 0);
});

Deno.test("a game that is hung up keeps its world as one that is terminated does", async () => {
  using directory = new TempDirectory();
  const world = { path: `${directory.path}/world` };
  const first = new Player("Ada", world.path);
  await first.shown();
  await first.type("move bridge");
  await first.type("say on my way");
  await first.until(/You say: on my way\n/);
  first.hangUp();
  assertEquals((await first.end(false)).code, 129);
  // Only an orderly end takes it away.
  assertThrows(() => Deno.statSync(`${world.path}/owner.json`), Deno.errors.NotFound);
  const second = new Player("Ada", world.path);
  assertMatch(await second.shown(), /Place: Randy Pausch Bridge/);
  assertEquals((await second.end()).code, 0);
});
