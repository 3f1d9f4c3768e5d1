/**
 * Tells new events from known ones, for a reader that polls the same buckets.
 *
 * @module
 */

import { bucketOf, bucketsAround } from "./buckets.ts";
import { eventBucketMs } from "../world/bounds.ts";
import type { EventRecord, News } from "./events.ts";
import { parseAll, type Parsed } from "./records.ts";

/** Which records a filter reads. */
export interface NewsFilterOptions {
  /** The prefix of the keys of a bucket. */
  readonly prefix: (bucket: number) => string;
  readonly parse: (path: string[], value: string, key: string) => EventRecord | undefined;
  /** How long a bucket is; by default `eventBucketMs`. */
  readonly bucketMs?: number;
  /** Whether a session is the reader's own: its events are no news. */
  readonly isOwn: (session: string) => boolean;
}

/**
 * Returns every event once, in whatever order, however late and however often its record arrives.
 * Events that are there at the first poll are not news.
 *
 * The filter reads the present bucket and its neighbours, by the reader's clock. It remembers records
 * for `bucketsRemembered` buckets, because that clock may be set back.
 */
export class NewsFilter {
  readonly #options: NewsFilterOptions;
  /** By bucket and key, the record as it was read last, and how many of its events are known. */
  readonly #known = new Map<number, Map<string, Known>>();
  /** The first poll is over. */
  #isPrimed = false;

  constructor(options: NewsFilterOptions) {
    this.#options = options;
  }

  /** The number of records that are remembered. */
  get remembered(): number {
    return this.#known.values().reduce((sum, { size }) => sum + size, 0);
  }

  /** The prefixes to list now. */
  prefixes(nowMs: number): string[] {
    return bucketsAround(nowMs, this.#bucketMs).map((bucket) => this.#options.prefix(bucket));
  }

  /** The new events of `entries`, which were listed under `prefixes`, ordered by time. */
  newsAmong(entries: ReadonlyMap<string, string>, nowMs: number): News[] {
    const { parse, isOwn } = this.#options;
    const news: News[] = [];
    // After a loss all is read again, by all players of a host at once: only what is not known is parsed.
    const changed = new Map(
      entries.entries().filter(([key, value]) => this.#knownOf(key)?.value !== value),
    );
    for (const { key, session, name, where, events } of parseAll(changed, parse).records) {
      const known = this.#knownOf(key)?.count ?? 0;
      const count = Math.max(known, events.length);
      this.#ofBucket(key).set(key, { value: entries.get(key)!, count });
      if (!this.#isPrimed || isOwn(session)) continue;
      for (const event of events.slice(known)) news.push({ name, where, event });
    }
    this.#isPrimed = true;
    this.#forget(nowMs);
    return inOrder(news);
  }

  get #bucketMs(): number {
    return this.#options.bucketMs ?? eventBucketMs;
  }

  #knownOf(key: string): Known | undefined {
    return this.#known.get(bucketOfKey(key))?.get(key);
  }

  #ofBucket(key: string): Map<string, Known> {
    const bucket = bucketOfKey(key);
    const known = this.#known.get(bucket) ?? new Map<string, Known>();
    this.#known.set(bucket, known);
    return known;
  }

  #forget(nowMs: number): void {
    const present = bucketOf(nowMs, this.#bucketMs);
    for (const bucket of this.#known.keys()) {
      if (Math.abs(bucket - present) > bucketsRemembered) this.#known.delete(bucket);
    }
  }
}

const bucketsRemembered = 15;

/** What is known of a record. */
interface Known {
  readonly value: string;
  readonly count: number;
}

/** The bucket stands in each key of a record of events. */
function bucketOfKey(key: string): number {
  const start = key.indexOf("/") + 1;
  return Number(key.slice(start, key.indexOf("/", start)));
}

/** The events of `entries` by others, ordered by time, and the number of malformed records. */
export function recent(
  entries: ReadonlyMap<string, string>,
  { parse, isOwn }: Pick<NewsFilterOptions, "parse" | "isOwn">,
): Parsed<News> {
  const { records, skipped } = parseAll(entries, parse);
  const others = records.filter(({ session }) => !isOwn(session));
  const news = others.flatMap(({ name, where, events }) =>
    events.map((event) => ({ name, where, event }))
  );
  return { records: inOrder(news), skipped };
}

/**
 * Sorts by the clocks of the writers: right among the events of one session, nearly right among those
 * of several.
 */
export function inOrder(news: News[]): News[] {
  return news.sort((a, b) => a.event.at - b.event.at);
}
