import { decodeEntries } from "../../kvserver/entry_codec.ts";
import type { Entry } from "../../kvserver/mod.ts";
import { msgpackDecode } from "../deps.ts";

/** The messages in whole frames that a link has written; its `Hello` is none. */
export function tellsIn(frames: Uint8Array): unknown[] {
  const messages: unknown[] = [];
  for (let at = 0; at < frames.length;) {
    const start = at + 4;
    at = start + new DataView(frames.buffer, frames.byteOffset + at, 4).getUint32(0);
    const [type, method, params] = msgpackDecode(frames.subarray(start, at)) as unknown[];
    if (type !== 2 || method !== "Tell") continue;
    const [, message] = params as [number, Uint8Array];
    messages.push(msgpackDecode(message));
  }
  return messages;
}

/** The entries that go to another server in these frames. */
export function entriesIn(frames: Uint8Array): Entry[] {
  return tellsIn(frames).flatMap((message) => {
    const { entries } = message as { entries?: Uint8Array };
    return entries === undefined ? [] : decodeEntries(entries);
  });
}
