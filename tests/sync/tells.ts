import { msgpackDecode } from "../deps.ts";
import { entriesOf, type TextEntry } from "../support/store/stores.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";

/** The messages, marshalled, in whole frames that a link has written; its `Hello` is none. */
export function tellsIn(frames: Uint8Array): Uint8Array[] {
  return framesIn(frames).flatMap((payload) => {
    const [type, method, params] = msgpackDecode(payload) as unknown[];
    return type === 2 && method === "Tell" ? [(params as [number, Uint8Array])[1]] : [];
  });
}

/** The entries that go to another server in these frames. */
export function entriesIn(frames: Uint8Array): TextEntry[] {
  return tellsIn(frames).flatMap((message) => {
    const { entries } = msgpackDecode(message) as { entries?: Uint8Array };
    return entries === undefined ? [] : entriesOf(entries);
  });
}
