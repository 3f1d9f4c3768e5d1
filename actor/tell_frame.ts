import {
  type Incoming,
  mismatch,
  MsgpackError,
  type MsgpackReader,
  type MsgpackWriter,
} from "../rpc/mod.ts";
import type { Marshalled } from "./marshaller.ts";

/**
 * A tell on the wire: the notification `Tell [counter, message (bin)]`. There are very many of them,
 * so it is written as bytes, and recognised at sight when it comes as it is written here.
 *
 * @module
 */

/** `[2, "Tell", [`, and two params to come. */
const head = Uint8Array.of(0x93, 0x02, 0xa4, 0x54, 0x65, 0x6c, 0x6c, 0x92);

/** Appends a whole frame. */
export function writeTell(
  writer: MsgpackWriter,
  counter: number,
  { bytes, start, end }: Marshalled,
): void {
  const frame = writer.beginFrame();
  writer.raw(head);
  writer.int(counter);
  writer.bin(bytes, start, end);
  writer.endFrame(frame);
}

/**
 * Reads a payload that is such a notification and nothing else.
 *
 * @returns the counter, and `reader` holds the message, from `at` to `end`; or `mismatch`, and
 * `reader` is as it was: the payload is to be read as any other message.
 */
export function readTell(reader: MsgpackReader): number {
  const { bytes, at } = reader;
  for (let i = 0; i < head.length; i++) if (bytes[at + i] !== head[i]) return mismatch;
  try {
    reader.at += head.length;
    const counter = reader.uint();
    if (counter !== mismatch && reader.binHeader() === reader.end - reader.at) return counter;
  } catch (error) {
    if (!(error instanceof MsgpackError)) throw error;
  }
  reader.at = at;
  return mismatch;
}

/** Whether a notification is a tell, however it is written; reads no more of its name than that takes. */
export function isTell(
  { methodStart, methodEnd, paramCount }: Incoming,
  { bytes }: MsgpackReader,
): boolean {
  return paramCount >= 2 && methodEnd - methodStart === name.length &&
    name.every((byte, i) => bytes[methodStart + i] === byte);
}

const name = new TextEncoder().encode("Tell");
