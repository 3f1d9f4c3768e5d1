/** Lean players cost a server what players cost it. */

import { diceFrom, playGame } from "../../../app/game/mod.ts";
import { heardIntervalMs } from "../../../app/game/world/bounds.ts";
import { firstPlace } from "../../../app/game/world/world.ts";
import { gameStore } from "../../../app/play/game_store.ts";
import { Client, FixedRouter } from "../../../kvclient/mod.ts";
import { frameHeaderBytes, frameLength, parseAddress, realEnvironment } from "../../../rpc/mod.ts";
import { withServer } from "../../app/with_server.ts";
import { assertEquals, assertGreater, assertLess, msgpackDecode } from "../../deps.ts";
import { sleep, until } from "../../support/until.ts";
import { LeanPlayer } from "./lean_player.ts";
import { saying } from "./talk.ts";
import { tapConnections } from "./tapped_connections.ts";

/** What passes on the connections of this process to a server. */
class Wire implements Disposable {
  /** What is asked: the method, and of its params the first. */
  asked: string[] = [];
  /** Bytes, both ways; pings aside, which depend on the time. */
  bytes = 0;
  #untap: () => void;

  constructor(address: string) {
    const tap = {
      received: (count: number) => this.bytes += count,
      sent: (requests: Uint8Array) => this.#note(requests),
    };
    this.#untap = tapConnections(tap, parseAddress(address).port);
  }

  #note(requests: Uint8Array): void {
    for (let at = 0; at < requests.length;) {
      const end = at + frameHeaderBytes + frameLength(requests, at);
      const payload = requests.subarray(at + frameHeaderBytes, end);
      const [, , method, [param]] = msgpackDecode(payload) as [number, number, string, unknown[]];
      if (method === "Ping") this.bytes -= pongBytes;
      else {
        this.asked.push(`${method} ${typeof param === "string" ? param : ""}`);
        this.bytes += end - at;
      }
      at = end;
    }
  }

  count(method: string): number {
    return this.asked.filter((request) => request.startsWith(method)).length;
  }

  /** Begins anew. */
  clear(): void {
    this.asked = [];
    this.bytes = 0;
  }

  [Symbol.dispose](): void {
    this.#untap();
  }
}

/** What a Ping is answered with: its head, and the word. */
const pongBytes = 13;

/** A clock that is set ahead, by buckets of events. */
class SetClock {
  aheadMs = 0;
  readonly environment = { ...realEnvironment, now: () => startMs + this.aheadMs };
}

/** In the middle of a bucket, however long the test takes. */
const startMs = 1_800_000_010_000;

/** What it does: says three things, then a bucket of events is over, then nothing. */
async function act(
  wire: Wire,
  clock: SetClock,
  say: () => void,
): Promise<{ asked: string[]; bytes: number }> {
  await until("it listens", () => wire.count("Watch") === 9);
  await sleep(100);
  wire.clear();
  for (let said = 1; said <= 3; said++) {
    say();
    await until("it has said something", () => wire.count("Put scene/") === said);
    await sleep(100);
  }
  clock.aheadMs += 20_000;
  await until("it has looked", () => wire.count("Unwatch") === 2 && wire.count("Put here/") === 1);
  await sleep(300);
  const asked = wire.asked.map((each) => each.replace(/\.[0-9a-f]{16}/, "")).sort();
  return { asked, bytes: wire.bytes };
}

Deno.test("a lean player asks for what a player asks for, and is sent as many bytes", async () => {
  const found: { asked: string[]; bytes: number }[] = [];
  await withServer(async (address) => {
    using wire = new Wire(address);
    const clock = new SetClock();
    const router = new FixedRouter(address);
    const client = new Client(router);
    let answer: ((line: string | undefined) => void) | undefined;
    const left = playGame({
      store: gameStore(client, router),
      environment: clock.environment,
      isTerminal: true,
      manner: "drawn",
      fast: true,
      // Polls come ten times as often.
      pause: async (ms) => await sleep(ms / 10),
      name: "player0",
      dice: diceFrom(realEnvironment),
      lines: {
        readLine: () => new Promise<string | undefined>((resolve) => answer = resolve),
        setPrompt: () => {},
        print: () => {},
      },
    });
    await until("it may type", () => answer !== undefined);
    found.push(await act(wire, clock, () => answer!(`say ${saying()}`)));
    answer!(undefined);
    await left;
    await client.close();
  });
  await withServer(async (address) => {
    using wire = new Wire(address);
    const clock = new SetClock();
    const player = new LeanPlayer("player0", firstPlace, address, clock.environment);
    await player.come();
    const looking = setInterval(() => void player.look(), heardIntervalMs / 10);
    const pinging = setInterval(() => player.ping(), 100);
    found.push(await act(wire, clock, () => player.say()));
    clearInterval(looking);
    clearInterval(pinging);
    await player.close();
  });
  const [playing, lean] = found;
  assertEquals(lean.asked, playing.asked);
  assertGreater(lean.bytes, 0.97 * playing.bytes);
  assertLess(lean.bytes, 1.03 * playing.bytes);
});
