import {
  isSameWrite,
  type RemovalReason,
  type SentKind,
  type TracedEntry,
  type TraceEvent,
} from "./event.ts";
import {
  bandwidthWords,
  orderWords,
  plural,
  requestWords,
  shown,
  skewWords,
  timeWords,
  writesWords,
  writeWords,
} from "./words.ts";

/** Columns of a line: when, who and to whom. */
const [timeChars, partiesChars] = [9, 18];

/**
 * A line of the story: when, who, to whom, what, and why. `undefined`: the event is not of interest to whom the
 * story is told, as what is said when nothing has changed.
 *
 * @param isAllTold whether such events get lines too, but for arrivals, which are announced before
 */
export function traceLine(event: TraceEvent, isAllTold = false): string | undefined {
  const told = lineOf(event) ?? (isAllTold ? asideOf(event) : undefined);
  if (told === undefined) return undefined;
  const [who, what] = told;
  return `${timeWords(event.atMs).padStart(timeChars)}  ${who.padEnd(partiesChars)} ${what}`;
}

/** Who, and what. */
function lineOf(event: TraceEvent): readonly [string, string] | undefined {
  switch (event.type) {
    case "started":
      return [event.server, startWords(event)];
    case "joins":
      return [event.server, `joins ${event.others.join(", ")}`];
    case "ready":
      return [event.server, "is ready: it has all that it was to take over"];
    case "crashed":
      return [event.server, "crashes"];
    case "stopped":
      return [event.server, "stops, in order"];
    case "forgets":
      return [event.server, `is told to forget ${event.other}`];
    case "clockSet":
      return [event.server, `its clock is ${skewWords(event.skewMs)} from now on`];
    case "cut":
      return [way(event), "is cut"];
    case "healed":
      return [way(event), "is healed"];
    case "reconnects":
      return [way(event), reconnectWords(event)];
    case "delayed":
      return [way(event), `takes ${timeWords(event.ms)} from now on`];
    case "bandwidth":
      return ["network", `each link carries ${bandwidthWords(event.bytesPerMs)} from now on`];
    case "linkUp":
      return [way(event), "is connected"];
    case "linkDown":
      return [way(event), "has lost its connection"];
    case "asked":
      return [`client → ${event.to}`, requestWords(event.request)];
    case "sent":
      if (!isStory(event.kinds)) return undefined;
      return [way(event), `${sentWords(event)}; arrives at ${timeWords(event.arrivesMs)}`];
    case "lost":
      return isStory(event.kinds) ? [way(event), `lost: ${event.text}; ${event.why}`] : undefined;
    case "acknowledges":
      if (!event.kinds.includes("entries")) return undefined;
      return [
        way({ from: event.to, to: event.from }),
        `acknowledges ${event.text}; arrives at ${timeWords(event.arrivesMs)}`,
      ];
    case "told":
      return event.entries.length === 0 ? undefined : [way(event), writesWords(event.entries)];
    case "wrote":
      return [
        event.replica,
        `writes ${full(event.entry)}: ${
          event.replaced === undefined
            ? `it held nothing of ${shown(event.entry.key)}`
            : `later than ${full(event.replaced)}`
        }`,
      ];
    case "merged":
      return [
        event.replica,
        `takes ${full(event.entry)}` +
        (event.replaced === undefined ? "" : ` in place of ${full(event.replaced)}`) +
        `: ${event.why}`,
      ];
    case "kept":
      if (isSameWrite(event.entry, event.refused)) {
        return [event.replica, `has ${writeWords(event.entry)} already`];
      }
      return [
        event.replica,
        `keeps ${full(event.entry)}, not ${full(event.refused)}: ${event.why}`,
      ];
    case "removed":
      return [event.replica, removalWords(event.entry, event.reason)];
    case "hidden":
      return [event.replica, `hides ${writeWords(event.entry)}: its clock says that it is over`];
    case "shown":
      return [event.replica, `shows ${writeWords(event.entry)} again: its clock was set back`];
    case "onDisk":
      return [`${event.server}.disk`, `has ${writesWords(event.entries)}`];
    case "expected":
      return [
        "expected",
        event.isMet ? `${event.text}: so it is` : `${event.text}: no, ${event.found}`,
      ];
    case "noted":
      return ["", `# ${event.text}`];
    case "arrived":
    case "acknowledged":
      return undefined;
  }
}

/** Who, and what, of an event that changes nothing. */
function asideOf(event: TraceEvent): readonly [string, string] | undefined {
  if (event.type === "sent") {
    return [way(event), `${event.text}; arrives at ${timeWords(event.arrivesMs)}`];
  }
  if (event.type === "lost") return [way(event), `lost: ${event.text}; ${event.why}`];
  if (event.type === "told" && event.text !== "") return [way(event), event.text];
}

/** Who tells whom. */
function way({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from} → ${to}`;
}

/** What changes something at the receiver, or may. */
const storyKinds: readonly SentKind[] = ["entries", "wants state", "state", "forgotten"];

/** Whether a message is of interest to whom the story is told. */
export function isStory(kinds: readonly SentKind[]): boolean {
  return kinds.some((kind) => storyKinds.includes(kind));
}

/** What of a message changes something: claims and what was seen go along with many. */
function sentWords({ entries, kinds, text }: TraceEvent & { type: "sent" }): string {
  if (entries.length === 0) return text;
  return writesWords(entries) + (kinds.includes("state") ? "; that is all there was" : "");
}

/** A write with its order. */
function full(entry: TracedEntry): string {
  return `${writeWords(entry)} ${orderWords(entry)}`;
}

function startWords(
  { actors, skewMs, hasDisk, joins, life }: TraceEvent & { type: "started" },
): string {
  return [
    life === 1 ? "starts" : "starts again",
    ...(actors.length === 1 ? [] : [`with ${plural(actors.length, "replica")}`]),
    ...(hasDisk ? ["with a disk"] : []),
    ...(skewMs === 0 ? [] : [`its clock ${skewWords(skewMs)}`]),
    ...(joins.length === 0 ? [] : [`joins ${joins.join(", ")}`]),
  ].join(", ");
}

function reconnectWords({ lateMs }: TraceEvent & { type: "reconnects" }): string {
  const when = lateMs === 0 ? "arrives all the same" : `arrives ${timeWords(lateMs)} later`;
  return `gives its connection up and dials anew; what is on its way ${when}`;
}

function removalWords(entry: TracedEntry, reason: RemovalReason): string {
  switch (reason) {
    case "collected":
      return `forgets that ${
        shown(entry.key)
      } was deleted: all servers that are known have seen it`;
    case "expired":
      return `removes ${writeWords(entry)}: it is over by all clocks`;
    case "dropped":
      return `drops ${full(entry)}: another server has seen it, and holds it no more`;
  }
}
