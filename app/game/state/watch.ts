/**
 * What is news to somebody who looks at the same buckets again and again.
 *
 * @module
 */

import { bucketOf, bucketsAround } from "./buckets.ts";
import { eventBucketMs } from "../world/bounds.ts";
import type { Happenings, News } from "./happenings.ts";
import { parseAll, type Parsed } from "./records.ts";

/** What a watch looks at. */
export interface WatchOptions {
  /** Under which the records of a bucket stand. */
  readonly prefix: (bucket: number) => string;
  readonly parse: (path: string[], value: string, key: string) => Happenings | undefined;
  /** Whether it is one's own session: what that does is no news. */
  readonly isOwn: (session: string) => boolean;
}

/**
 * Remembers what it has told, so that everything is told once: whatever the order in which records
 * arrive, however late, and whether they arrive again. What is there at the first look is not news.
 *
 * It looks at the present bucket and its neighbours, by the reader's clock; it remembers for some
 * buckets longer, should that clock be set back.
 */
export class Watch {
  readonly #options: WatchOptions;
  /** By key, how many happenings of the record are known. */
  readonly #known = new Map<string, number>();
  #hasLooked = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** How many records it remembers. */
  get remembered(): number {
    return this.#known.size;
  }

  /** The prefixes to list now. */
  prefixes(nowMs: number): string[] {
    return bucketsAround(nowMs, eventBucketMs).map((bucket) => this.#options.prefix(bucket));
  }

  /** Takes what is listed under those, and returns what is news, in the order in which it happened. */
  look(entries: ReadonlyMap<string, string>, nowMs: number): News[] {
    const { parse, isOwn } = this.#options;
    const news: News[] = [];
    for (const { key, session, name, where, happenings } of parseAll(entries, parse).records) {
      const known = this.#known.get(key) ?? 0;
      if (happenings.length <= known) continue;
      this.#known.set(key, happenings.length);
      if (!this.#hasLooked || isOwn(session)) continue;
      for (const happening of happenings.slice(known)) news.push({ name, where, happening });
    }
    this.#hasLooked = true;
    this.#forget(nowMs);
    return inOrder(news);
  }

  #forget(nowMs: number): void {
    const present = bucketOf(nowMs, eventBucketMs);
    for (const key of this.#known.keys()) {
      const bucket = Number(key.split("/")[1]);
      if (Math.abs(bucket - present) > bucketsRemembered) this.#known.delete(key);
    }
  }
}

const bucketsRemembered = 15;

/** All that happened according to `entries`, and how many of them are not well-formed. */
export function recent(
  entries: ReadonlyMap<string, string>,
  { parse, isOwn }: Omit<WatchOptions, "prefix">,
): Parsed<News> {
  const { records, skipped } = parseAll(entries, parse);
  const others = records.filter(({ session }) => !isOwn(session));
  const news = others.flatMap(({ name, where, happenings }) =>
    happenings.map((happening) => ({ name, where, happening }))
  );
  return { records: inOrder(news), skipped };
}

/** By the clocks of those who did it: of one session's deeds the order is right, of others' nearly. */
export function inOrder(news: News[]): News[] {
  return news.sort((a, b) => a.happening.at - b.happening.at);
}
