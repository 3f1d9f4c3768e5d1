import { EntryReader } from "../../../kvserver/entry/entry_reader.ts";
import { beginComparison, Reply, type ReplyOptions } from "../../../kvserver/reconcile/mod.ts";
import { noEntry, RangeSum, type Store } from "../../../kvserver/store/mod.ts";

/** What a comparison cost, and brought. */
export interface Cost {
  /** Messages, each of which goes one way. */
  messages: number;
  /** Bytes of all messages, and of the longest. */
  bytes: number;
  longest: number;
  /** Entries that were sent, and their bytes. */
  entries: number;
  entryBytes: number;
  /** Entries that were sent and changed nothing. */
  needless: number;
}

const bounds = { messageBytesMax: 256 * 1024, entriesBytesMax: 1024 * 1024 };

/** Compares two stores over a channel that loses nothing, until there is nothing left to say. */
export function compareStores(
  a: Store,
  b: Store,
  { isLikelyEqual = false, salt = { low: 1, high: 2 }, ...options }:
    & { isLikelyEqual?: boolean; salt?: { low: number; high: number } }
    & Partial<ReplyOptions> = {},
): Cost {
  const cost = { messages: 0, bytes: 0, longest: 0, entries: 0, entryBytes: 0, needless: 0 };
  let message: Uint8Array | undefined = beginComparison(a, salt, isLikelyEqual);
  for (let [from, to] = [a, b]; message !== undefined; [from, to] = [to, from]) {
    cost.messages++;
    cost.bytes += message.length;
    cost.longest = Math.max(cost.longest, message.length);
    const reply: Reply = new Reply(to, message, { ...bounds, ...options });
    while (!reply.work(64));
    const { entries } = reply.result;
    message = reply.result.message;
    if (entries.size === 0) continue;
    const bytes = entries.encode();
    cost.entries += entries.size;
    cost.entryBytes += bytes.length;
    for (const reader = new EntryReader(bytes); reader.next();) {
      if (from.merge(reader) === noEntry) cost.needless++;
    }
    // The last entries leave with a message that says no more.
    if (message === undefined) cost.messages++;
  }
  return cost;
}

/** Whether two stores hold the same. */
export function areEqual(a: Store, b: Store): boolean {
  const [sumA, sumB] = [new RangeSum(), new RangeSum()];
  a.sums.total(sumA);
  b.sums.total(sumB);
  return sumA.equals(sumB);
}
