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
import { countBytes } from "./counted_bytes.ts";
import { saying, talkAsTold, type Talker, waitsIn } from "./talk.ts";

const [checkout, address, first, count, manner] = Deno.args;

const bytes = countBytes();
const load = (path: string) => import(new URL(path, checkout).href);
const { diceFrom, playGame } = await load("app/game/mod.ts");
const { gameStore } = await load("app/play/game_store.ts")
  .catch(() => load("app/game_store.ts"));
const { Client, FixedRouter } = await load("kvclient/mod.ts");
const { realEnvironment } = await load("rpc/mod.ts");
const { pause } = await load("app/cli/pause.ts").catch(() => load("app/pause.ts"));

/** How long each thing took to be heard by each other player. */
const heardMs: number[] = [];

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
class Player implements Talker {
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
        print: (text: string) => heardMs.push(...waitsIn(text)),
      },
    });
  }

  /** Whether it may type. */
  get isIdle(): boolean {
    return this.#answer !== undefined;
  }

  say(): boolean {
    const answer = this.#answer;
    if (answer === undefined) return false;
    this.#answer = undefined;
    answer(`say ${saying()}`);
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
await talkAsTold(players, bytes, heardMs);
Deno.exit(0);
