import type { ExportedEntry, Value } from "../../kvclient/mod.ts";
import type { ImportedEntry } from "../kv/puts.ts";
import { compareKeys } from "./slices.ts";

/**
 * What is to be written so that a store which holds `held` holds `wanted`, and nothing else: entries that are
 * missing or others, and keys without a value, which are to be deleted. What is as it should be is passed over.
 *
 * @param wanted and `held`, both in ascending order of their keys
 * @param nowMs by which entries that have expired are none
 */
export async function* changesTo(
  wanted: AsyncIterable<ImportedEntry>,
  held: AsyncIterable<ExportedEntry>,
  nowMs: number,
): AsyncGenerator<ImportedEntry> {
  const [targets, present] = [wanted[Symbol.asyncIterator](), held[Symbol.asyncIterator]()];
  let [target, entry] = [await targets.next(), await present.next()];
  while (!target.done || !entry.done) {
    const order = target.done
      ? 1
      : entry.done
      ? -1
      : compareKeys(target.value.key, entry.value.key);
    const lasting = order <= 0 && !hasExpired(target.value, nowMs) ? target.value : undefined;
    if (lasting === undefined) {
      if (order >= 0) yield { key: entry.value.key };
    } else if (order < 0 || !isSame(lasting, entry.value)) yield lasting;
    if (order <= 0) target = await targets.next();
    if (order >= 0) entry = await present.next();
  }
}

function hasExpired({ expiresAt = Infinity }: ImportedEntry, nowMs: number): boolean {
  return expiresAt <= nowMs;
}

function isSame(a: ImportedEntry, b: ExportedEntry): boolean {
  return a.expiresAt === b.expiresAt && isSameValue(a.value!, b.value);
}

function isSameValue(a: Value, b: Value): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
