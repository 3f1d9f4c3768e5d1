import { type Client, type ExportedEntry, RpcError } from "../../kvclient/mod.ts";
import { wireLimits } from "../../limits.ts";
import { type Scope, wholeStore } from "./scope.ts";
import { compareKeys } from "./slices.ts";

/** What is backed up: a replica. */
export interface BackupSource {
  /** The entries behind the key `after`, or all, in ascending order of their keys. */
  entries(after: string | undefined): AsyncIterable<ExportedEntry>;
  /**
   * What the entries of ranges sum up to: up to the first of `ends`, behind it up to the second, and so on;
   * the last range has no end. Two sums of a range are equal only if it holds the same. `undefined` when
   * the replica does not know.
   */
  sums(ends: readonly string[]): Promise<string[] | undefined>;
}

const { digestPartsMax } = wireLimits;

/** Of a replica that `client` asks, what a backup of `scope` has. */
export function sourceOf(client: Client, { prefixes }: Scope = wholeStore): BackupSource {
  return {
    async *entries(after) {
      for (const prefix of prefixes.toSorted(compareKeys)) yield* client.export(prefix, { after });
    },
    async sums(ends) {
      // The key right behind another one is that with a NUL.
      const begins = ends.map((end) => `${end}\0`);
      const sums: string[] = [];
      try {
        for (let at = 0; at <= begins.length; at += digestPartsMax) {
          const range = { from: begins[at - 1], to: begins[at + digestPartsMax - 1] };
          const parts = await client.digest(range, begins.slice(at, at + digestPartsMax - 1));
          sums.push(...parts.map(({ digest }) => digest));
        }
      } catch (error) {
        // A token that is good for some keys alone is told of no range.
        const isUnknown = error instanceof RpcError &&
          ["unknown_method", "unauthorized"].includes(error.code);
        if (isUnknown) return undefined;
        throw error;
      }
      return sums;
    },
  };
}
