/**
 * Plays the game of a checkout with many players in one place, who talk: a process of its own, started by
 * `benchmark.ts`, which asks it on stdin, line by line, to let them talk.
 *
 *     deno run players.ts CHECKOUT HOST:PORT FIRST COUNT hearing|deaf|together
 *
 * Players who are deaf ask for all that the game asks for, and throw lists away instead of reading them: to
 * read what others say takes them longer than it takes the server to tell it. Players who are together share
 * what those at the doors of a host do: one client, and what it hears.
 *
 * @module
 */

import { cmudProtocol } from "../../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../../bench/load_connection.ts";
import { beginRequest, MsgpackWriter } from "../../../rpc/mod.ts";

const [checkout, address, first, count, manner] = Deno.args;

/** Bytes that came and left on all connections of this process. */
const bytes = { received: 0, sent: 0 };

/** Has each connection count its bytes: games of all versions connect by this. */
function countBytes(): void {
  const connect = Deno.connect.bind(Deno);
  const counting = async (options: Deno.ConnectOptions) => {
    const conn = await connect(options);
    const read = conn.read.bind(conn);
    const write = conn.write.bind(conn);
    conn.read = async (into) => {
      const n = await read(into);
      bytes.received += n ?? 0;
      return n;
    };
    conn.write = async (from) => {
      const n = await write(from);
      bytes.sent += n;
      return n;
    };
    return conn;
  };
  Deno.connect = counting as typeof Deno.connect;
}

countBytes();
const load = (path: string) => import(new URL(path, checkout).href);
const { diceFrom, playGame } = await load("app/game/mod.ts");
const { gameStore } = await load("app/play/game_store.ts")
  .catch(() => load("app/game_store.ts"));
const { Client, FixedRouter } = await load("kvclient/mod.ts");
const { realEnvironment } = await load("rpc/mod.ts");
const { pause } = await load("app/cli/pause.ts").catch(() => load("app/pause.ts"));

/** Milliseconds since the epoch, the same in all processes of a machine. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** How long each thing took to be heard by each other player. */
let heardMs: number[] = [];

/** What is said besides: as much as people say. */
const words = "I have been mining all day, who helps me with the problem?";

/** When a thing was said is the first that is said. */
function hear(text: string): void {
  for (const [, at] of text.matchAll(/ says: at (\d+\.\d)/g)) heardMs.push(nowMs() - Number(at));
}

/** Asks for lists as a client does, those of one turn together, and forgets what is answered. */
class DeafLists {
  #opened = LoadConnection.open(address, { protocol: cmudProtocol });
  #prefixes: string[] = [];
  #asked: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  async list(prefix: string): Promise<Map<string, string>> {
    this.#prefixes.push(prefix);
    await (this.#asked ??= Promise.resolve().then(() => this.#ask()));
    return new Map();
  }

  #ask(): Promise<void> {
    this.#asked = undefined;
    const writer = new MsgpackWriter();
    const prefixes = this.#prefixes.splice(0);
    for (const [i, prefix] of prefixes.entries()) {
      const frame = beginRequest(writer, i, "List");
      writer.arrayHeader(1);
      writer.str(prefix);
      writer.endFrame(frame);
    }
    const exchange = async () => (await this.#opened).exchange(writer.written(), prefixes.length);
    const answered = this.#last.then(exchange);
    this.#last = answered;
    return answered;
  }
}

/** Makes the stores of players who are together, by name. */
async function sharedStores(): Promise<(name: string) => unknown> {
  const { doorStore } = await load("app/doors/store/door_store.ts");
  const { SharedListening } = await load("app/doors/store/shared_listening.ts");
  const { SharedReads } = await load("app/doors/store/shared_reads.ts");
  const router = new FixedRouter(address);
  const store = gameStore(new Client(router), router);
  const listening = new SharedListening(store.listen, realEnvironment);
  const reads = new SharedReads(store);
  return (name) => doorStore(store, reads, listening, { name, isHidden: () => false });
}

const sharedStore = manner === "together" ? await sharedStores() : undefined;

/** The store of a player who has a client alone. */
function ownStore(): unknown {
  const router = new FixedRouter(address);
  const store = gameStore(new Client(router), router);
  if (manner === "deaf") {
    const lists = new DeafLists();
    const { list } = store;
    store.list = (prefix: string) =>
      /^(scene|letter)\//.test(prefix) ? lists.list(prefix) : list(prefix);
  }
  return store;
}

/** Somebody at a terminal. */
class Player {
  #answer: ((line: string) => void) | undefined;

  constructor(n: number) {
    const name = `player${n}`;
    void playGame({
      store: sharedStore?.(name) ?? ownStore(),
      environment: realEnvironment,
      isTerminal: true,
      manner: "drawn",
      fast: true,
      pause,
      name,
      dice: diceFrom(realEnvironment),
      lines: {
        readLine: () => new Promise<string>((resolve) => this.#answer = resolve),
        setPrompt: () => {},
        print: hear,
      },
    });
  }

  /** Whether it may type. */
  get isIdle(): boolean {
    return this.#answer !== undefined;
  }

  /** Says what the time is; nothing while the last thing is not said yet. */
  say(): boolean {
    const answer = this.#answer;
    if (answer === undefined) return false;
    this.#answer = undefined;
    answer(`say at ${nowMs().toFixed(1)} ${words}`);
    return true;
  }
}

const players: Player[] = [];
for (let i = 0; i < Number(count); i++) {
  players.push(new Player(Number(first) + i));
  // They come in one after the other, or the first ones would wait for the last.
  await new Promise((resolve) => setTimeout(resolve, 5));
}
while (!players.every(({ isIdle }) => isIdle)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.log("ready");

const decoder = new TextDecoder();
const line = new Uint8Array(100);
for (let read = await Deno.stdin.read(line); read !== null; read = await Deno.stdin.read(line)) {
  const [perSecond, seconds] = decoder.decode(line.subarray(0, read)).split(" ").map(Number);
  heardMs = [];
  const before = { ...bytes };
  let said = 0;
  const endMs = performance.now() + seconds * 1_000;
  await Promise.all(players.map(async (player) => {
    for (;;) {
      // As calls come in: whoever talks does so independently of the others, and of what was said before.
      const waitMs = perSecond > 0 ? -Math.log(1 - Math.random()) / perSecond * 1_000 : Infinity;
      const leftMs = endMs - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, leftMs)));
      if (waitMs >= leftMs) return;
      if (player.say()) said++;
    }
  }));
  const received = bytes.received - before.received;
  const sent = bytes.sent - before.sent;
  // What was said last is still to be heard, and counts.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  console.log(JSON.stringify({ said, heardMs: heardMs.map(Math.round), received, sent }));
}
Deno.exit(0);
