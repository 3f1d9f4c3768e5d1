import { doorLimits } from "../../../limits.ts";
import { commands } from "./codes.ts";

/** A part of what a client sent. */
export type TelnetPart =
  /** Text, as bytes. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** A command that stands alone. */
  | { readonly kind: "command"; readonly command: number }
  | { readonly kind: "negotiation"; readonly verb: Verb; readonly option: number }
  | { readonly kind: "subnegotiation"; readonly option: number; readonly payload: Uint8Array };

/** What is said of an option. */
export type Verb = "will" | "wont" | "do" | "dont";

const verbs: ReadonlyMap<number, Verb> = new Map([
  [commands.will, "will"],
  [commands.wont, "wont"],
  [commands.do, "do"],
  [commands.dont, "dont"],
]);

const { iac, sb, se } = commands;

/** Where the parser is: in text, behind an `iac`, behind a verb, or in a subnegotiation. */
type State = "data" | "iac" | "verb" | "option" | "payload" | "payloadIac";

/**
 * Cuts a stream of telnet into its parts. However the bytes are split, the same parts come, but for data,
 * which comes as far as it is there.
 *
 * Of a subnegotiation longer than `subnegotiationBytesMax` nothing is kept: it is passed over.
 */
export class TelnetParser {
  #state: State = "data";
  #verb: Verb = "will";
  #option = 0;
  #payload: number[] = [];
  #isTooLong = false;

  /** Takes what came, and returns the parts that are whole. */
  push(bytes: Uint8Array): TelnetPart[] {
    const parts: TelnetPart[] = [];
    let data: number[] = [];
    const endData = () => {
      if (data.length > 0) parts.push({ kind: "data", bytes: Uint8Array.from(data) });
      data = [];
    };
    for (const byte of bytes) {
      if (this.#state === "data") {
        if (byte === iac) this.#state = "iac";
        else data.push(byte);
      } else if (this.#state === "iac" && byte === iac) {
        this.#state = "data";
        data.push(iac);
      } else {
        const part = this.#step(byte);
        if (part === undefined) continue;
        endData();
        parts.push(part);
      }
    }
    endData();
    return parts;
  }

  /** Takes a byte that is not text. @returns the part that ends with it, if one does. */
  #step(byte: number): TelnetPart | undefined {
    switch (this.#state) {
      case "iac":
        return this.#command(byte);
      case "verb":
        this.#state = "data";
        return { kind: "negotiation", verb: this.#verb, option: byte };
      case "option":
        this.#option = byte;
        this.#payload = [];
        this.#isTooLong = false;
        this.#state = "payload";
        return undefined;
      case "payload":
        if (byte === iac) this.#state = "payloadIac";
        else this.#keep(byte);
        return undefined;
      case "payloadIac":
        return this.#behindPayloadIac(byte);
    }
  }

  #command(byte: number): TelnetPart | undefined {
    const verb = verbs.get(byte);
    if (verb !== undefined) {
      this.#verb = verb;
      this.#state = "verb";
      return undefined;
    }
    this.#state = byte === sb ? "option" : "data";
    return byte === sb ? undefined : { kind: "command", command: byte };
  }

  /** A client that begins something else in the midst of a subnegotiation has forgotten its end. */
  #behindPayloadIac(byte: number): TelnetPart | undefined {
    if (byte === iac) {
      this.#state = "payload";
      this.#keep(iac);
      return undefined;
    }
    const payload = Uint8Array.from(this.#payload);
    this.#payload = [];
    if (byte !== se) return this.#command(byte);
    this.#state = "data";
    if (this.#isTooLong) return undefined;
    return { kind: "subnegotiation", option: this.#option, payload };
  }

  #keep(byte: number): void {
    if (this.#payload.length < doorLimits.subnegotiationBytesMax) this.#payload.push(byte);
    else this.#isTooLong = true;
  }
}

/** The bytes of text, in which an `iac` is doubled. */
export function escaped(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(iac)) return bytes;
  return Uint8Array.from(Array.from(bytes).flatMap((byte) => byte === iac ? [iac, iac] : [byte]));
}

/** The bytes of a subnegotiation. */
export function subnegotiation(option: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(iac, sb, option, ...escaped(payload), iac, se);
}
