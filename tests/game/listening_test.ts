/** Players whose store tells what changes ask it for nothing while nothing happens. */

import { gameStore } from "../../app/play/game_store.ts";
import { type GameStore, playGame, watchGame } from "../../app/game/mod.ts";
import { pause } from "../../app/cli/pause.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { withServer } from "../app/with_server.ts";
import { sleep, until } from "../support/until.ts";
import { seededDice } from "./stage.ts";

/** Somebody at a terminal, who plays at a real server. */
class Player {
  said = "";
  prompt = "";
  readonly store: GameStore;
  readonly left: Promise<number>;
  #client: Client;
  #answer: ((line: string | undefined) => void) | undefined;

  constructor(server: string, name: string | undefined) {
    const router = new FixedRouter(server);
    this.#client = new Client(router);
    this.store = gameStore(this.#client, router);
    const options = {
      store: this.store,
      environment: realEnvironment,
      isTerminal: true,
      manner: "drawn" as const,
      fast: true,
      pause,
      lines: {
        readLine: (prompt: string) => {
          this.prompt = prompt;
          return new Promise<string | undefined>((resolve) => this.#answer = resolve);
        },
        setPrompt: (prompt: string) => void (this.prompt = prompt),
        print: (lines: string) => void (this.said += lines),
      },
    };
    this.left = name === undefined
      ? watchGame(options)
      : playGame({ ...options, name, dice: seededDice(1) });
  }

  async type(line: string): Promise<void> {
    await until("it may type", () => this.#answer !== undefined);
    const answer = this.#answer!;
    this.#answer = undefined;
    answer(line);
  }

  async hears(text: string): Promise<void> {
    await until(`it hears ${text}: ${this.said}`, () => this.said.includes(text));
  }

  async leave(): Promise<void> {
    await until("it may type", () => this.#answer !== undefined);
    this.#answer!(undefined);
    await this.left;
    await this.#client.close();
  }
}

Deno.test("players and spectators who are told what happens ask for nothing meanwhile", () =>
  withServer(async (server) => {
    await using client = new Client(new FixedRouter(server));
    const ada = new Player(server, "Ada");
    const bob = new Player(server, "Bob");
    const spectator = new Player(server, undefined);
    await ada.type("brief");
    await bob.type("brief");
    await until("all listen", async () => Number((await client.stats()).watches) === 9 + 9 + 3);
    const asked = async () => {
      const { gets, puts, lists } = await client.stats();
      return { reads: Number(gets) + Number(lists), puts: Number(puts) };
    };
    // Who polled would ask twice a second. Before that they are told where they are, and all list what is new
    // when a bucket of time begins.
    await until("nobody asks for anything", async () => {
      const before = await asked();
      await sleep(1_500);
      const after = await asked();
      // A sign of life of each player may be due meanwhile.
      return after.reads === before.reads && after.puts <= before.puts + 2;
    });
    await bob.type("say hello there");
    await ada.hears("hello there");
    await spectator.hears("hello there");
    await bob.type("tell Ada psst");
    await ada.hears("psst");
    for (const player of [ada, bob, spectator]) await player.leave();
    await until("nobody listens", async () => Number((await client.stats()).watches) === 0);
  }));
