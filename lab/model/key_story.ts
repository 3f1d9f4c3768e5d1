import type { TracedEntry, TraceEvent } from "../../simulate/mod.ts";
import { isSameWrite } from "../../simulate/trace/event.ts";
import { laterWords, writeWords } from "../../simulate/trace/words.ts";
import type { Scene } from "./scene.ts";

/** A version of a key, and what became of it. */
export interface ToldVersion {
  readonly entry: TracedEntry;
  /** When a replica accepted it. */
  readonly atMs: number;
  /** Replicas that hold it. */
  readonly holders: readonly string[];
}

/** What there is to tell of a key at a moment. */
export interface KeyStory {
  /** Why the first version wins. */
  readonly why: string;
  /** The one that wins first, and each before those that it beats. */
  readonly versions: readonly ToldVersion[];
}

/** What there is to tell of a key after so many events; `undefined`: nobody wrote it. */
export function keyStory(
  key: string,
  events: readonly TraceEvent[],
  count: number,
  scene: Scene,
): KeyStory | undefined {
  const versions: ToldVersion[] = [];
  for (const event of events.slice(0, count)) {
    if (event.type !== "wrote" || event.entry.key !== key) continue;
    const { entry, atMs } = event;
    const holders = [...scene.replicas]
      .filter(([, held]) => isSameWrite(held.get(key), entry))
      .map(([replica]) => replica);
    versions.push({ entry, atMs, holders });
  }
  if (versions.length === 0) return undefined;
  versions.sort((a, b) => isLater(a.entry, b.entry) ? -1 : 1);
  return { why: whyOf(versions, scene.replicas.size), versions };
}

/** The order of the store: by timestamp, by sequence, by uid. */
function isLater(a: TracedEntry, b: TracedEntry): boolean {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs > b.timestampMs;
  if (a.sequence !== b.sequence) return a.sequence > b.sequence;
  return a.uid > b.uid;
}

/** Why the first one wins, and how far that has got about. */
function whyOf([winner, loser]: readonly ToldVersion[], replicas: number): string {
  const name = (told: ToldVersion) => `“${writeWords(told.entry)}” by ${told.entry.by}`;
  const { length } = winner.holders;
  const spread = length === replicas
    ? "All replicas hold it."
    : length === 0
    ? "No replica holds it now."
    : `${length} of ${replicas} replicas hold it so far.`;
  if (loser === undefined) return `${name(winner)} is the only write. ${spread}`;
  const inTruth = winner.atMs < loser.atMs
    ? ", though it was written earlier: a clock is off, or went back"
    : "";
  const why = laterWords(winner.entry, loser.entry);
  return `${name(winner)} wins against ${name(loser)}, because ${why}${inTruth}. ${spread}`;
}
