/**
 * The channel that everybody hears, wherever they are.
 *
 * @module
 */

import { chatBucketMs, chatHoursMax, chatLinesShown } from "../world/bounds.ts";
import { bucketOf } from "./buckets.ts";
import { listAll, type Reader } from "./reader.ts";
import { type News, parseChat } from "./events.ts";
import { prefixes } from "./keys.ts";
import { recent } from "./news_filter.ts";

/** Hours that are listed at once, when those before had too few lines. */
const hoursAtOnce = 6;

/** The last lines of the channel, oldest first, by those whom `isHeard` lets through. */
export async function readChat(
  reader: Reader,
  nowMs: number,
  isHeard: (name: string) => boolean,
): Promise<News[]> {
  // Somebody's clock may be ahead.
  const last = bucketOf(nowMs, chatBucketMs) + 1;
  let lines: News[] = [];
  for (let hours = 0; hours < chatHoursMax && lines.length < chatLinesShown; hours += hoursAtOnce) {
    const buckets = Array.from({ length: hoursAtOnce }, (_, i) => last - hours - i)
      .filter((bucket) => bucket >= 0);
    const entries = await listAll(reader, buckets.map(prefixes.chat));
    const { records } = recent(entries, { parse: parseChat, isOwn: () => false });
    lines = [...records.filter(({ name }) => isHeard(name)), ...lines];
  }
  return lines.slice(-chatLinesShown);
}
