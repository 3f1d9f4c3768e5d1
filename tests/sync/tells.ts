import { decodeEntries } from "../../kvserver/entry_codec.ts";
import type { Entry } from "../../kvserver/mod.ts";
import { msgpackDecode } from "../deps.ts";

/** The messages, marshalled, in whole frames that a link has written; its `Hello` is none. */
export function tellsIn(frames: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < frames.length;) {
    const start = at + 4;
    at = start + new DataView(frames.buffer, frames.byteOffset + at, 4).getUint32(0);
    const [type, method, params] = msgpackDecode(frames.subarray(start, at)) as unknown[];
    if (type === 2 && method === "Tell") messages.push((params as [number, Uint8Array])[1]);
  }
  return messages;
}

/** The entries that go to another server in these frames. */
export function entriesIn(frames: Uint8Array): Entry[] {
  return tellsIn(frames).flatMap((message) => {
    const { entries } = msgpackDecode(message) as { entries?: Uint8Array };
    return entries === undefined ? [] : decodeEntries(entries);
  });
}
