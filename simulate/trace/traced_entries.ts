import { noExpiry } from "../../kvserver/entry/entry.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { textOfChars } from "../cluster/chars.ts";
import { type HeldEntry, receivedEntry } from "../cluster/held_entries.ts";
import { epochMs } from "../world/simulated_environment.ts";
import type { TracedEntry } from "./event.ts";
import type { Names } from "./names.ts";

const text = new TextDecoder();

/** An entry as a person reads it. */
export function tracedEntry(entry: HeldEntry, names: Names): TracedEntry {
  const { key, value, timestamp, sequence, uid, counter, expiresAt } = entry;
  return {
    key: textOfChars(key),
    value: value === null ? null : text.decode(value),
    timestampMs: timestamp - epochMs,
    sequence,
    by: names.actorOfUid(uid),
    uid,
    counter,
    ...(expiresAt === noExpiry ? {} : { expiresMs: expiresAt - epochMs }),
  };
}

/** The entries of a message or of a batch of the log. */
export function tracedEntries(bytes: Uint8Array, names: Names): TracedEntry[] {
  const entries: TracedEntry[] = [];
  for (const reader = new EntryReader(bytes); reader.next();) {
    entries.push(tracedEntry(receivedEntry(reader), names));
  }
  return entries;
}
