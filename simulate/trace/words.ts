import type { ClientRequest } from "../cluster/cluster_observer.ts";
import type { TracedEntry } from "./event.ts";

/** A number of things. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** So many entries are named; of more only the number is. */
const namedMax = 3;

/** So many characters of a key or value are shown. */
const charsMax = 40;

/** A key or value, if need be in quotes, and not longer than fits. */
export function shown(text: string): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  return /^[^\s"#=,]+$/.test(cut) ? cut : JSON.stringify(cut);
}

/** What a write says of its key. */
export function writeWords({ key, value, expiresMs }: TracedEntry): string {
  if (value === null) return `${shown(key)} deleted`;
  return `${shown(key)} = ${shown(value)}` +
    (expiresMs === undefined ? "" : ` until ${timeWords(expiresMs)}`);
}

/** Several writes. */
export function writesWords(entries: readonly TracedEntry[]): string {
  if (entries.length > namedMax) return plural(entries.length, "entry", "entries");
  return entries.map(writeWords).join(", ");
}

/** The order of a write. */
export function orderWords({ timestampMs, sequence, by }: TracedEntry): string {
  return `(${timestampMs}, ${sequence}, ${by})`;
}

/** Virtual milliseconds. */
export function timeWords(ms: number): string {
  return `${ms} ms`;
}

/** How much a link carries: a byte a millisecond is eight kilobit a second. */
export function bandwidthWords(bytesPerMs: number): string {
  return bytesPerMs === Infinity ? "all at once" : `${8 * bytesPerMs} kbit/s`;
}

/** How far a clock is off. */
export function skewWords(ms: number): string {
  if (ms === 0) return "right";
  return `${timeWords(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`;
}

/** Why one of two writes of a key was held to be later than the other, or what speaks against that. */
export function laterWords(later: TracedEntry, earlier: TracedEntry): string {
  const beside = (own: number, other: number) =>
    `${own} is ${own > other ? "after" : "before"} ${other}`;
  if (later.timestampMs !== earlier.timestampMs) {
    return `timestamp ${beside(later.timestampMs, earlier.timestampMs)}`;
  }
  if (later.sequence !== earlier.sequence) {
    return `one timestamp, and sequence ${beside(later.sequence, earlier.sequence)}`;
  }
  if (later.uid !== earlier.uid) {
    const place = later.uid > earlier.uid ? "after" : "before";
    return `a tie, and ${later.by} comes ${place} ${earlier.by}`;
  }
  return "it is the same write";
}

/** What a client asks for. */
export function requestWords(request: ClientRequest): string {
  const key = shown(request.key);
  switch (request.type) {
    case "put": {
      const expiry = request.ttlMs === undefined ? "" : ` for ${timeWords(request.ttlMs)}`;
      return `Put ${key} = ${shown(request.value)}${expiry}`;
    }
    case "delete":
      return `Delete ${key}`;
    case "expire":
      return request.ttlMs === null
        ? `Persist ${key}`
        : `Expire ${key} in ${timeWords(request.ttlMs)}`;
    case "restore":
      return `Restore ${key} = ${shown(request.value)}, written ${timeWords(request.agoMs)} ago` +
        (request.ttlMs === undefined ? "" : ` for ${timeWords(request.ttlMs)}`) +
        (request.isNumbered ? "" : ", without its number");
  }
}
