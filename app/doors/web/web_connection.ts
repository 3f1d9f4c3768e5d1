import { doorLimits } from "../../../limits.ts";
import { type WebSocketMessage, WebSocketMessages } from "../../../http/mod.ts";
import { type ByteStream, type Environment, pause } from "../../../rpc/mod.ts";
import type { Manner } from "../../game/mod.ts";
import type { Doorkeeper, Visit } from "../lines/doorkeeper.ts";
import type { PlayerConnection } from "../lines/player_connection.ts";
import { Unsent } from "../lines/unsent.ts";
import { gmcpBytes, type GmcpMessage, parseGmcp } from "../gmcp/gmcp.ts";
import { openingOf, sizeOf } from "./opening.ts";

/** What is spoken over a WebSocket (mudstandards.org): text in binary messages, GMCP in those of text, or none. */
export const protocols = ["gmcp.mudstandards.org", "terminal.mudstandards.org"] as const;

/** One of these. */
export type Protocol = typeof protocols[number];

/** What a connection over a WebSocket is made of. */
export interface WebConnectionOptions {
  /** The host at the other end. */
  readonly host: string;
  readonly protocol: Protocol;
  readonly keeper: Doorkeeper;
  readonly environment: Environment;
}

/** A player's connection over a WebSocket. */
export class WebConnection implements PlayerConnection {
  readonly host: string;
  readonly #options: WebConnectionOptions;
  readonly #messages: WebSocketMessages;
  readonly #unsent: Unsent<WebSocketMessage>;
  readonly #over = new AbortController();
  #sending = 0;
  #written = 0;
  #opening = openingOf({});
  #size = sizeOf({ columns: 80, rows: 24 })!;
  #onResize = () => {};
  #visit: Visit | undefined;

  /** @param stream a connection whose handshake is done */
  constructor(stream: ByteStream, options: WebConnectionOptions) {
    this.#options = options;
    this.host = options.host;
    this.#messages = new WebSocketMessages(stream, doorLimits.messageBytesMax);
    this.#unsent = new Unsent(
      (message) => this.#send(message),
      () => this.#end(),
      ({ bytes }) => bytes.length,
    );
  }

  /** Whether it is known who is there. */
  get isIn(): boolean {
    return this.#visit?.isIn ?? false;
  }

  /** Serves it. Resolves when it is over. @throws {WebSocketError} when the client breaks the protocol. */
  async serve(): Promise<void> {
    const { keeper } = this.#options;
    try {
      let next = this.#messages.next();
      if (this.isTold) {
        const first = await this.#within(doorLimits.negotiationMs, next);
        const opening = first?.isText ? parseGmcp(first.bytes) : undefined;
        if (opening !== undefined) {
          this.#open(opening);
          next = this.#messages.next();
        }
      }
      this.#visit = await keeper.visit(this, this.#opening.before);
      for (let message; (message = await next) !== undefined; next = this.#messages.next()) {
        if (!message.isText) await this.#visit.receive(message.bytes);
        else if (this.isTold) this.#hear(parseGmcp(message.bytes));
      }
    } finally {
      this.#visit?.lost();
      await this.#messages.closeWrite().catch(() => {});
      this.#over.abort();
    }
  }

  get manner(): Manner {
    return this.#opening.isSpoken ? "spoken" : "drawn";
  }

  get isMannerSaid(): boolean {
    return true;
  }

  get hasColour(): boolean {
    return !this.#opening.isSpoken;
  }

  get isTold(): boolean {
    return this.#options.protocol === "gmcp.mudstandards.org";
  }

  get renewsPrompts(): boolean {
    return this.isTold && this.#opening.isPrompted;
  }

  /** A client that is told more than text can count messages. */
  get writtenCount(): number | undefined {
    return this.isTold ? this.#written : undefined;
  }

  get typing(): "lines" | "keys" {
    return this.#options.protocol === "terminal.mudstandards.org" ? "keys" : this.#opening.typing;
  }

  columns(): number {
    return this.#size.columns;
  }

  rows(): number {
    return this.#size.rows;
  }

  onResize(handler: () => void): void {
    this.#onResize = handler;
  }

  write(text: string): void {
    const bytes = new TextEncoder().encode(text.replaceAll(/\r?\n/g, "\r\n"));
    if (bytes.length > 0) this.#written++;
    this.#unsent.send({ isText: false, bytes });
  }

  /** Among the text, what does not end with a line feed is the prompt. */
  showPrompt(prompt: string): void {
    if (this.renewsPrompts) this.tell("CMUD.Prompt", { text: prompt });
    else this.write(prompt);
  }

  hideTyping(isHidden: boolean): void {
    this.tell("CMUD.Typing", { hidden: isHidden });
  }

  tell(name: string, data: unknown): void {
    if (!this.isTold) return;
    this.#unsent.send({ isText: true, bytes: gmcpBytes({ name, data }) });
  }

  close(): void {
    this.#unsent.end();
  }

  /** Its client says at the beginning what it can do, or something else. */
  #open(message: GmcpMessage): void {
    if (message.name !== "CMUD.Open") return this.#hear(message);
    this.#opening = openingOf(message.data);
    this.#size = sizeOf(message.data) ?? this.#size;
  }

  #hear(message: GmcpMessage | undefined): void {
    if (message?.name === "Core.Ping") return this.tell("Core.Ping", undefined);
    const size = message?.name === "CMUD.Size" ? sizeOf(message.data) : undefined;
    if (size === undefined) return;
    this.#size = size;
    this.#onResize();
  }

  #send(message: WebSocketMessage): void {
    this.#sending++;
    this.#messages.send(message).catch(() => {}).finally(() => {
      if (--this.#sending === 0) this.#unsent.taken();
    });
  }

  /** A client closes the connection when it has read all; one that does not is not waited for. */
  #end(): void {
    const { environment } = this.#options;
    this.#messages.closeWrite().catch(() => {});
    pause(environment, environment.limits.lingerMs, this.#over.signal)
      .then(() => this.#messages.close());
  }

  async #within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
    const done = new AbortController();
    const late = pause(this.#options.environment, ms, done.signal).then(() => undefined);
    return await Promise.race([answer, late]).finally(() => done.abort());
  }
}
