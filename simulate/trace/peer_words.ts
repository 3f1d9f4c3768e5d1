import type { PeerMessage } from "../../kvserver/sync/peer_message.ts";
import { noTransfer } from "../../kvserver/sync/peer_message.ts";
import { readRangeMessage } from "../../kvserver/reconcile/range_message.ts";
import type { SentKind } from "./event.ts";
import type { Names } from "./names.ts";
import { plural } from "./words.ts";

/** What a message between servers says, its entries aside: kinds, and words for each. */
export function peerWords(message: PeerMessage, names: Names): Map<SentKind, string> {
  const words = new Map<SentKind, string>();
  if (message.wantsState !== noTransfer) words.set("wants state", "asks for all there is");
  if (message.awaits !== undefined && message.awaits.length > 0) {
    const servers = message.awaits.map(({ address }) => names.server(address));
    words.set("awaits", `waits for all that ${servers.join(", then ")} has`);
  }
  if (message.stateDone !== noTransfer) words.set("state", "that was all there is");
  if (message.comparison !== undefined) words.set("comparison", comparisonWords(message));
  if (message.forgotten !== undefined) {
    const servers = message.forgotten.map(({ address }) => names.server(address));
    words.set("forgotten", `has forgotten ${servers.join(", ")}`);
  }
  if (message.peers.length > 0) {
    const servers = message.peers.map(({ address }) => names.server(address));
    words.set("introduction", `knows ${servers.join(", ")}`);
  }
  if (message.seen !== undefined || message.claims !== undefined) {
    words.set("seen", "says what it has seen");
  }
  return words;
}

/** What a step of a comparison says. */
function comparisonWords({ ranges, leftOut }: PeerMessage): string {
  if (ranges === undefined || ranges.length === 0) return "compares: nothing is left to be said";
  let [sums, listed, wanted] = [0, 0, 0];
  for (const { content } of readRangeMessage(ranges).ranges) {
    if (content.kind === "sum") sums++;
    else if (content.kind === "list") listed += content.entries.length;
    else if (content.kind === "answer") wanted += content.wanted.length + content.held.size;
  }
  const parts = [
    ...(sums > 0 ? [`${plural(sums, "sum")} of what it holds`] : []),
    ...(listed > 0 ? [`a list of ${plural(listed, "entry", "entries")}`] : []),
    ...(wanted > 0 ? [`asks for ${plural(wanted, "key")}`] : []),
  ];
  const young = leftOut === true ? ", what is just put aside" : "";
  return `compares: ${parts.length === 0 ? "all is equal" : parts.join(", ")}${young}`;
}
