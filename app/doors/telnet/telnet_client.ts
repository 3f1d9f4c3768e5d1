import { doorLimits } from "../../../limits.ts";
import { charsetQuestion, charsetStep } from "./charset.ts";
import { ClientKind } from "./client_kind.ts";
import { commands, options, ttype } from "./codes.ts";
import { gmcpBytes, type GmcpMessage, parseGmcp } from "../gmcp/gmcp.ts";
import { Negotiation } from "./negotiation.ts";
import { escaped, subnegotiation, TelnetParser, type TelnetPart } from "./telnet_parser.ts";

/** What is done with what comes from a client. */
export interface TelnetListener {
  /** Sends bytes to the client. */
  send(bytes: Uint8Array): void;
  /** The client said something beside its text. */
  gmcp?(message: GmcpMessage): unknown;
  /** The window has another size. */
  resized?(): void;
  /** All is known that the client says of itself. */
  known?(): void;
}

/**
 * A client that speaks telnet: what it can do, and its text without the protocol around it. It has no socket
 * and no clock: bytes go in, bytes come out.
 */
export class TelnetClient {
  /** What the client says of itself. */
  readonly kind = new ClientKind();
  /** Columns of its window; 0: nobody knows. */
  columns = 0;
  /** Rows of its window; 0: nobody knows. */
  rows = 0;
  readonly #listener: TelnetListener;
  readonly #parser = new TelnetParser();
  readonly #negotiation: Negotiation;
  #hasRefusedUtf8 = false;
  #negotiations = 0;
  #isKnown = false;

  constructor(listener: TelnetListener) {
    this.#listener = listener;
    this.#negotiation = new Negotiation(
      [options.echo, options.sga, options.eor, options.charset, options.gmcp, options.binary],
      [options.ttype, options.naws, options.charset, options.sga, options.binary],
      (bytes) => listener.send(bytes),
    );
    this.#negotiation.onChange = (option, isOwn, isOn) => this.#changed(option, isOwn, isOn);
  }

  /** Asks the client what it can do. */
  greet(): void {
    for (const option of [options.ttype, options.naws]) this.#negotiation.ask(option);
    for (const option of [options.charset, options.eor, options.gmcp]) {
      this.#negotiation.use(option);
    }
  }

  /** Whether nothing more is to be expected of what it was asked. */
  get isKnown(): boolean {
    const negotiation = this.#negotiation;
    const isTypeKnown = this.kind.isKnown ||
      !negotiation.isPending(options.ttype) && !negotiation.isUsed(options.ttype);
    return isTypeKnown && !negotiation.isPending(options.naws);
  }

  /** Whether it has sent more negotiation than any client has to. */
  get isBabbling(): boolean {
    return this.#negotiations > doorLimits.negotiationsMax;
  }

  /** Whether it shows UTF-8. Who says nothing of that does. */
  get isUtf8(): boolean {
    return this.kind.knowsUtf8 ?? !this.#hasRefusedUtf8;
  }

  /** Whether it takes GMCP. */
  get hasGmcp(): boolean {
    return this.#negotiation.uses(options.gmcp);
  }

  /** Takes what came, and returns the text in it, as bytes. */
  push(bytes: Uint8Array): Uint8Array[] {
    const data: Uint8Array[] = [];
    for (const part of this.#parser.push(bytes)) {
      if (part.kind === "data") data.push(part.bytes);
      else if (!this.isBabbling) this.#take(part);
    }
    return data;
  }

  /** The bytes of text that is to be shown. */
  encode(text: string): Uint8Array {
    const shown = this.isUtf8 ? text : asciiOf(text);
    return escaped(new TextEncoder().encode(shown.replaceAll(/\r?\n/g, "\r\n")));
  }

  /** Says that a prompt ends here. */
  endPrompt(): void {
    const end = this.#negotiation.uses(options.eor)
      ? commands.eor
      : this.#negotiation.uses(options.sga)
      ? undefined
      : commands.ga;
    if (end !== undefined) this.#listener.send(Uint8Array.of(commands.iac, end));
  }

  /** Has the client show nothing of what is typed, or show it again. */
  hideTyping(isHidden: boolean): void {
    this.#negotiation.use(options.echo, isHidden);
  }

  /** Has the client send keys as they are pressed, which are shown by this end. */
  takeKeys(): void {
    this.#negotiation.use(options.echo);
    this.#negotiation.use(options.sga);
    this.#negotiation.ask(options.sga);
  }

  /** Sends a message beside the text, if the client takes any. */
  tell(message: GmcpMessage): void {
    if (this.hasGmcp) this.#listener.send(subnegotiation(options.gmcp, gmcpBytes(message)));
  }

  #take(part: Exclude<TelnetPart, { kind: "data" }>): void {
    this.#negotiations++;
    if (part.kind === "negotiation") {
      this.#negotiation.take(part.verb, part.option);
      this.#tellIfKnown();
    } else if (part.kind === "subnegotiation") {
      // What is said within GMCP is bounded by how much text comes.
      if (part.option === options.gmcp) this.#negotiations--;
      this.#takeSubnegotiation(part.option, part.payload);
    } else if (part.command === commands.ayt) {
      this.#listener.send(this.encode("\n[Yes.]\n"));
    }
  }

  #takeSubnegotiation(option: number, payload: Uint8Array): void {
    switch (option) {
      case options.naws:
        if (this.#negotiation.isUsed(option)) this.#resize(payload);
        break;
      case options.ttype:
        if (this.#negotiation.isUsed(option) && payload[0] === ttype.is) this.#takeType(payload);
        break;
      case options.charset: {
        const { answer, isUtf8 } = charsetStep(payload);
        if (answer !== undefined) this.#listener.send(subnegotiation(option, answer));
        if (isUtf8 !== undefined) this.#hasRefusedUtf8 = !isUtf8;
        break;
      }
      case options.gmcp: {
        const message = parseGmcp(payload);
        if (message !== undefined) this.#listener.gmcp?.(message);
      }
    }
  }

  #takeType(payload: Uint8Array): void {
    const type = new TextDecoder("latin1").decode(payload.subarray(1, 65));
    if (this.kind.take(type)) this.#askType();
    this.#tellIfKnown();
  }

  #resize(payload: Uint8Array): void {
    if (payload.length !== 4) return;
    const view = new DataView(payload.buffer, payload.byteOffset);
    const [columns, rows] = [view.getUint16(0), view.getUint16(2)];
    // 0 stands for a size that the client does not know.
    this.columns = Math.min(columns, doorLimits.columnsMax);
    this.rows = Math.min(rows, doorLimits.rowsMax);
    this.#listener.resized?.();
  }

  #changed(option: number, isOwn: boolean, isOn: boolean): void {
    if (option === options.ttype && !isOwn && isOn) this.#askType();
    if (option === options.charset && isOwn && isOn) {
      this.#listener.send(subnegotiation(option, charsetQuestion));
    }
  }

  #askType(): void {
    this.#listener.send(subnegotiation(options.ttype, Uint8Array.of(ttype.send)));
  }

  #tellIfKnown(): void {
    if (this.#isKnown || !this.isKnown) return;
    this.#isKnown = true;
    this.#listener.known?.();
  }
}

/** What stands in for characters that the game draws with. */
const drawn: Readonly<Record<string, string>> = {
  ...{ "─": "-", "═": "=", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "┼": "+", "╧": "+" },
};

/** `text` for who has ASCII only. */
function asciiOf(text: string): string {
  // deno-lint-ignore no-control-regex -- all that is not of ASCII
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\x00-\x7f]/gu, (it) => {
    return drawn[it] ?? "?";
  });
}
