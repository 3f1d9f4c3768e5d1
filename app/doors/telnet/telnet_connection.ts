import { doorLimits } from "../../../limits.ts";
import {
  type Environment,
  hostOf,
  pause,
  type Reply,
  type RequestCutter,
  type Standing,
} from "../../../rpc/mod.ts";
import type { Manner } from "../../game/mod.ts";
import type { Doorkeeper, Visit } from "../lines/doorkeeper.ts";
import type { PlayerConnection } from "../lines/player_connection.ts";
import type { Unsent } from "../lines/unsent.ts";
import { TelnetClient } from "./telnet_client.ts";

/** What a connection over telnet is made of. */
export interface TelnetConnectionOptions {
  readonly peer: string;
  readonly keeper: Doorkeeper;
  readonly environment: Environment;
  /** What waits to be sent. */
  readonly unsent: Unsent;
}

/** A connection that speaks telnet: what comes is typed by a player, what is said goes back. */
export class TelnetConnection implements PlayerConnection {
  readonly host: string;
  readonly #options: TelnetConnectionOptions;
  readonly #client: TelnetClient;
  readonly #known = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  #visit: Visit | undefined;
  readonly #begun: Promise<void>;
  #onResize = () => {};

  constructor(options: TelnetConnectionOptions) {
    this.#options = options;
    this.host = hostOf(options.peer);
    this.#client = new TelnetClient({
      send: (bytes) => options.unsent.send(bytes),
      resized: () => this.#onResize(),
      known: () => this.#known.resolve(),
      gmcp: ({ name }) => name === "Core.Ping" && this.tell("Core.Ping", undefined),
    });
    this.#client.greet();
    this.#begun = this.#begin();
  }

  // ---- what the port does with it -----------------------------------------------------------

  /** Who has not said who they are makes way for others. */
  get standing(): Standing {
    return this.#visit?.isIn ? "established" : "claiming";
  }

  /** What is sent and not taken. */
  get heldBytes(): number {
    return this.#options.unsent.bytes;
  }

  cutterFor(): RequestCutter {
    return { cut: (_bytes, _start, end) => end };
  }

  async execute(bytes: Uint8Array): Promise<Reply> {
    const consumed = bytes.length;
    for (const data of this.#client.push(bytes)) {
      await this.#begun;
      await this.#visit?.receive(data);
    }
    if (this.#client.isBabbling && this.#visit === undefined) this.close();
    return { replies: new Uint8Array(), consumed, close: false };
  }

  written(): void {
    this.#options.unsent.taken();
  }

  /** The connection is over. */
  closed(): void {
    this.#over.abort();
    this.#known.resolve();
    this.#visit?.lost();
  }

  // ---- what the game does with it -----------------------------------------------------------

  get manner(): Manner {
    return this.#client.kind.isSpoken ? "spoken" : "drawn";
  }

  get isMannerSaid(): boolean {
    return this.#client.kind.isSpoken;
  }

  get hasColour(): boolean {
    return this.#client.kind.hasColour && !this.#client.kind.isSpoken;
  }

  get isTold(): boolean {
    return this.#client.hasGmcp;
  }

  get typing(): "lines" | "keys" {
    return this.#client.kind.isBareTerminal ? "keys" : "lines";
  }

  /** A prompt is text among other text. */
  readonly renewsPrompts = false;
  readonly writtenCount = undefined;

  columns(): number {
    return this.#client.columns;
  }

  rows(): number {
    return this.#client.rows;
  }

  onResize(handler: () => void): void {
    this.#onResize = handler;
  }

  write(text: string): void {
    this.#options.unsent.send(this.#client.encode(text));
  }

  showPrompt(prompt: string): void {
    this.write(prompt);
    this.#client.endPrompt();
  }

  hideTyping(isHidden: boolean): void {
    this.#client.hideTyping(isHidden);
  }

  tell(name: string, data: unknown): void {
    this.#client.tell({ name, data });
  }

  close(): void {
    this.#options.unsent.end();
  }

  /** Waits until the client has said what it can do, but not for long: many say nothing. */
  async #begin(): Promise<void> {
    const { environment, keeper } = this.#options;
    const late = pause(environment, doorLimits.negotiationMs, this.#over.signal);
    await Promise.race([this.#known.promise, late]);
    if (this.#over.signal.aborted) return;
    if (this.typing === "keys") this.#client.takeKeys();
    const visit = await keeper.visit(this);
    if (this.#over.signal.aborted) visit.lost();
    else this.#visit = visit;
  }
}
