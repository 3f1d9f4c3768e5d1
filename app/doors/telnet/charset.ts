import { charset } from "./codes.ts";

/** What a subnegotiation about character sets comes to. */
export interface CharsetStep {
  /** The payload to answer with, if any. */
  readonly answer?: Uint8Array;
  /** Whether UTF-8 is agreed on or was refused; absent: neither. */
  readonly isUtf8?: boolean;
}

/** Asks for UTF-8, the only set that is spoken here. */
export const charsetQuestion: Uint8Array = payload(charset.request, ";UTF-8");

/** Takes what the client says. */
export function charsetStep(bytes: Uint8Array): CharsetStep {
  const [kind, ...rest] = bytes;
  if (kind === charset.accepted) return { isUtf8: true };
  if (kind === charset.rejected) return { isUtf8: false };
  if (kind !== charset.request) return {};
  const text = new TextDecoder().decode(Uint8Array.from(rest)).replace(/^\[TTABLE\]./, "");
  const sets = text.slice(1).split(text.slice(0, 1) || ";");
  const ours = sets.find((set) => /^utf-?8$/i.test(set.trim()));
  return ours === undefined
    ? { answer: Uint8Array.of(charset.rejected) }
    : { answer: payload(charset.accepted, ours.trim()), isUtf8: true };
}

function payload(kind: number, text: string): Uint8Array {
  return Uint8Array.of(kind, ...new TextEncoder().encode(text));
}
